-- A page of the posts and replies that have all the words $6 (of to_tsquery) and all the marks $7 (text[]: #tag, @handle, or
-- #tag* for those that begin so), by any of the authors $8 (handles, text[]; none: by anybody), as the caller $1 may see:
-- $2 of them behind the place ($3 created_at, $4 uuid), and one more where there are more, but $5 at most.
-- What has at most 10,000 matches is asked of the words' index, which knows no order: all of them are looked at. What has
-- more fills a page from the newest posts, or those of its authors, soon: they are read in order until it is full. For that
-- the planner is told that few are wanted (a page has 100 at most), and of what share of them to expect nothing: it takes
-- every word for a rare one, but half of what a case says for true. The limit of a million says that order comes first.
with query as materialized (
  select coalesce(asked.words && asked.marks, asked.words, asked.marks) as words
  from (
    select case when $6 <> '' then to_tsquery('simple', $6) end as words,
           (select string_agg('''' || word.word || '''' || case when mark.mark like '%*' then ':*' else '' end, ' & ')::tsquery
            from unnest($7::text[]) mark(mark)
            cross join lateral unnest(public.marked_words(mark.mark)) word(word)) as marks
  ) asked
), author as materialized (
  select u.uuid from people u where lower(u.handle) in (select lower(a.handle collate "C") from unnest($8::text[]) a(handle))
), hidden as materialized (
  select b.blocked_uuid as uuid from people me join blocks b on b.blocker_uuid = me.uuid where me.cognito_user_id = $1
  union all
  select b.blocker_uuid from people me join blocks b on b.blocked_uuid = me.uuid where me.cognito_user_id = $1
), matching as materialized (
  select a.uuid, a.user_uuid, a.expires_at, a.created_at
  from activities a
  where public.search_words(a.message) @@ (select words from query)
  limit 10001
), way as materialized (
  select case when coalesce(numnode(query.words), 0) = 0 and cardinality($8::text[]) = 0 then 'nothing'
              when numnode(query.words) > 0 and (select count(*) from matching) <= 10000 then 'words'
              when cardinality($8::text[]) = 0 then 'newest'
              else 'authors' end as way
  from query
), found as (
  select a.uuid, a.created_at
  from matching a
  where (select way from way) = 'words'
    and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
    and (a.expires_at is null or a.expires_at > now())
    and (cardinality($8::text[]) = 0 or a.user_uuid in (select uuid from author))
    and a.user_uuid not in (select uuid from hidden)
    and not exists (select from users h where h.uuid = a.user_uuid and h.hidden offset 0)
  union all
  (select a.uuid, a.created_at
   from (
     select a.uuid, a.user_uuid, a.message, a.expires_at, a.created_at
     from activities a
     where (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
     order by a.created_at desc, a.uuid desc
     limit 1000000
   ) a
   where (select way from way) = 'newest'
     and public.search_words(a.message) @@ (select words from query)
     and (a.expires_at is null or a.expires_at > now())
     and a.user_uuid not in (select uuid from hidden)
     and not exists (select from users h where h.uuid = a.user_uuid and h.hidden offset 0)
   limit least($2::int + 1, $5::int))
  union all
  select a.uuid, a.created_at
  from author
  cross join lateral (
    select a.uuid, a.created_at
    from activities a
    where a.user_uuid = author.uuid and (a.created_at, a.uuid) < ($3::timestamptz, $4::uuid)
      and (a.expires_at is null or a.expires_at > now())
      and case when coalesce(numnode((select words from query)), 0) = 0 then true
               else public.search_words(a.message) @@ (select words from query) end
    order by a.created_at desc, a.uuid desc
    limit 101
  ) a
  where (select way from way) = 'authors'
    and author.uuid not in (select uuid from hidden)
), newest as materialized (
  select found.uuid, found.created_at
  from found
  order by found.created_at desc, found.uuid desc
  limit least($2::int + 1, $5::int)
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at
from newest
cross join lateral (select a.* from activities a where a.uuid = newest.uuid offset 0) a
cross join lateral (select u.display_name, u.handle from people u where u.uuid = a.user_uuid offset 0) u
order by newest.created_at desc, newest.uuid desc
