-- What stands where the first migration makes its tables: one row a table. `unfit` says why its rows cannot be taken over,
-- null where they can; `zoneless` whether its times have no time zone; `referrers` what else refers to it.
select relation.relname as name,
       case when relation.relkind <> 'r' then 'it is no table'
            when not exists (select
                             from pg_catalog.pg_constraint key
                             join pg_catalog.pg_attribute id on id.attrelid = key.conrelid and key.conkey = array[id.attnum]
                             where key.conrelid = relation.oid and key.contype = 'p' and id.attname = 'uuid'
                               and id.atttypid = 'uuid'::regtype)
            then 'its primary key is not a column uuid of type uuid'
            else (select 'it has no column ' || string_agg(needed.name, ', ')
                  from (values ('users', 'handle'), ('activities', 'user_uuid'), ('activities', 'message')) needed (of, name)
                  where needed.of = relation.relname
                    and not exists (select
                                    from pg_catalog.pg_attribute there
                                    where there.attrelid = relation.oid and there.attname = needed.name
                                      and not there.attisdropped))
       end as unfit,
       exists (select
               from pg_catalog.pg_attribute zoneless
               where zoneless.attrelid = relation.oid and zoneless.atttypid = 'timestamp'::regtype) as zoneless,
       (select string_agg(distinct referrer.name, ', ')
        from (select key.conrelid::regclass::text
              from pg_catalog.pg_constraint key
              where key.contype = 'f' and key.confrelid = relation.oid
                and key.conrelid is distinct from pg_catalog.to_regclass('public.users')
                and key.conrelid is distinct from pg_catalog.to_regclass('public.activities')
              union all
              select rule.ev_class::regclass::text
              from pg_catalog.pg_depend depend
              join pg_catalog.pg_rewrite rule on rule.oid = depend.objid
              where depend.classid = 'pg_catalog.pg_rewrite'::regclass and depend.refobjid = relation.oid
                and rule.ev_class <> relation.oid) referrer (name)) as referrers
from pg_catalog.pg_class relation
where relation.oid in (pg_catalog.to_regclass('public.users'), pg_catalog.to_regclass('public.activities'))
order by name desc
