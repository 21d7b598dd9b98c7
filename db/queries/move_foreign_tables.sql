-- Puts the tables that stand where the first migration makes its own into a schema beside it, with all that they hold.
do $$
declare
    moved name;
begin
    create schema before_cruddur;
    comment on schema before_cruddur is 'The tables that cruddur db migrate took over, as they were.';
    foreach moved in array array['users', 'activities']::name[] loop
        if pg_catalog.to_regclass('public.' || moved) is not null then
            execute pg_catalog.format('alter table public.%I set schema before_cruddur', moved);
        end if;
    end loop;
end
$$
