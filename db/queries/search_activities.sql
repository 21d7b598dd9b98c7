-- A page of the posts and replies that have all the words $6 (of to_tsquery) and all the marks $7 (text[]: #tag, @handle, or
-- #tag* for those that begin so), by any of the authors $8 (handles, text[]; none: by anybody), as the caller $1 may see:
-- $2 of them behind the place ($3 created_at, $4 uuid), and one more where there are more, but $5 at most. Beside an activity's
-- columns whether the caller has liked and reposted it; null where there is no such user.
-- What many posts have soon fills a page from the newest of all, or from those of its authors. So where the newest hundreds have
-- it twice, the newest thousands are read in order until the page is full. Otherwise all matches are asked of the words' index,
-- which knows no order; only where they are so many that finding a page in order reads fewer rows are posts read on: with n posts
-- and m matches that is some 20 n / m rows, and the two meet where m is some four times the root of n. Where four times as many
-- do not fill the page, the word is one of older posts, and all of its matches are read after all.
-- Before a post is taken apart into its words it is looked for the longest of them as text, at a tenth of the cost. That text
-- is in every post that has the word while it is ASCII, but for two letters outside of it whose small letters are ASCII's.
-- The planner is told that few are wanted (a page has 100 at most), and of what share of them to expect nothing: it takes
-- every word for a rare one, but half of what a case says for true. The limit of a million says that order comes first. What a
-- row of `query` is needed for starts no workers, which would take longer than most searches. The parameters come out of
-- subqueries, so that one plan for all values looks no dearer to it than one for each, whose making takes as long as a search.
with me as materialized (
  select u.uuid from people u where u.cognito_user_id = $1
), query as materialized (
  select coalesce(asked.words && asked.marks, asked.words, asked.marks) as words
  from (
    select case when $6 <> '' then to_tsquery('simple', $6) end as words,
           (select string_agg('''' || word.word || '''' || case when mark.mark like '%*' then ':*' else '' end, ' & ')::tsquery
            from unnest((select $7::text[])) mark(mark)
            cross join lateral unnest(public.marked_words(mark.mark)) word(word)) as marks
  ) asked
), author as materialized (
  select u.uuid from people u where lower(u.handle) in (select lower(a.handle collate "C") from unnest((select $8::text[])) a(handle))
), kept_apart as materialized (
  select b.blocked_uuid as uuid from me join blocks b on b.blocker_uuid = me.uuid
  union all
  select b.blocker_uuid from me join blocks b on b.blocked_uuid = me.uuid
), longest as materialized (
  select found.word[1] as word, found.word[1] ~ '^[a-z0-9_#@.-]+$' as plain
  from query
  cross join lateral regexp_matches(query.words::text, '''((?:[^'']|'''')+)''', 'g') found(word)
  order by length(found.word[1]) desc
  limit 1
), glance as materialized (
  select count(*) as found
  from (
    select
    from (
      select a.message
      from activities a
      where cardinality((select $8::text[])) = 0 and (a.created_at, a.uuid) < ((select $3::timestamptz), (select $4::uuid))
      order by a.created_at desc, a.uuid desc
      limit 400
    ) a
    where strpos(lower(a.message), (select word from longest)) > 0
    limit 2
  ) found
), walked as materialized (
  select a.uuid, a.created_at
  from (
    select a.uuid, a.user_uuid, a.message, a.expires_at, a.created_at
    from activities a
    where (select found from glance) = 2 and (a.created_at, a.uuid) < ((select $3::timestamptz), (select $4::uuid))
    order by a.created_at desc, a.uuid desc
    limit 6000
  ) a
  where case when (select plain from longest)
             then strpos(lower(a.message collate "C"), (select word from longest)) > 0
                  or strpos(a.message, U&'\0130') > 0 or strpos(a.message, U&'\212a') > 0
             else true end
    and public.search_words(a.message) @@ (select words from query)
    and (a.expires_at is null or a.expires_at > now())
    and a.user_uuid not in (select uuid from kept_apart)
    and not exists (select from users h where h.uuid = a.user_uuid and h.hidden offset 0)
  limit least((select $2::int) + 1, (select $5::int))
), few as materialized (
  select greatest(1000, 4 * sqrt(greatest(c.reltuples, 0)))::int as matches from pg_class c where c.oid = 'public.activities'::regclass
), matching as materialized (
  select a.*
  from query
  cross join lateral (
    select a.uuid, a.user_uuid, a.expires_at, a.created_at
    from activities a
    where public.search_words(a.message) @@ query.words
    limit (select matches from few) + 1
  ) a
), read_on as materialized (
  select a.uuid, a.created_at
  from (
    select a.*
    from (
      select a.uuid, a.user_uuid, a.message, a.expires_at, a.created_at
      from activities a
      where (a.created_at, a.uuid) < ((select $3::timestamptz), (select $4::uuid))
      order by a.created_at desc, a.uuid desc
      limit 1000000
    ) a
    limit (select 5 * matches from few)
  ) a
  where case when (select plain from longest)
             then strpos(lower(a.message collate "C"), (select word from longest)) > 0
                  or strpos(a.message, U&'\0130') > 0 or strpos(a.message, U&'\212a') > 0
             else true end
    and public.search_words(a.message) @@ (select words from query)
    and (a.expires_at is null or a.expires_at > now())
    and a.user_uuid not in (select uuid from kept_apart)
    and not exists (select from users h where h.uuid = a.user_uuid and h.hidden offset 0)
  limit least((select $2::int) + 1, (select $5::int))
), way as materialized (
  select case when coalesce(numnode(query.words), 0) = 0 and cardinality((select $8::text[])) = 0 then 'nothing'
              when (select count(*) from walked) >= least((select $2::int) + 1, (select $5::int)) then 'walked'
              when numnode(query.words) > 0 and (select count(*) from matching) <= (select matches from few) then 'words'
              when cardinality((select $8::text[])) > 0 then 'authors'
              when (select count(*) from read_on) >= least((select $2::int) + 1, (select $5::int)) then 'read on'
              else 'all words' end as way
  from query
), found as (
  select w.uuid, w.created_at from walked w where (select way from way) = 'walked'
  union all
  select r.uuid, r.created_at from read_on r where (select way from way) = 'read on'
  union all
  select a.uuid, a.created_at
  from (
    select * from matching where (select way from way) = 'words'
    union all
    select a.*
    from query
    cross join lateral (
      select a.uuid, a.user_uuid, a.expires_at, a.created_at
      from activities a
      where public.search_words(a.message) @@ query.words
      offset 0
    ) a
    where (select way from way) = 'all words'
  ) a
  where (a.created_at, a.uuid) < ((select $3::timestamptz), (select $4::uuid))
    and (a.expires_at is null or a.expires_at > now())
    and (cardinality((select $8::text[])) = 0 or a.user_uuid in (select uuid from author))
    and a.user_uuid not in (select uuid from kept_apart)
    and not exists (select from users h where h.uuid = a.user_uuid and h.hidden offset 0)
  union all
  select a.uuid, a.created_at
  from author
  cross join lateral (
    select a.uuid, a.created_at
    from activities a
    where a.user_uuid = author.uuid and (a.created_at, a.uuid) < ((select $3::timestamptz), (select $4::uuid))
      and (a.expires_at is null or a.expires_at > now())
      and case when coalesce(numnode((select words from query)), 0) = 0 then true
               else public.search_words(a.message) @@ (select words from query) end
    order by a.created_at desc, a.uuid desc
    limit 101
  ) a
  where (select way from way) = 'authors'
    and author.uuid not in (select uuid from kept_apart)
), newest as materialized (
  select found.uuid, found.created_at
  from found
  order by found.created_at desc, found.uuid desc
  limit least((select $2::int) + 1, (select $5::int))
)
select a.uuid, u.display_name, u.handle, a.message, a.replies_count, a.reposts_count, a.likes_count,
       a.reply_to_activity_uuid, a.expires_at, a.created_at,
       (select a.likes_count > 0
               and exists (select from activity_likes l where l.activity_uuid = a.uuid and l.user_uuid = me.uuid offset 0)
        from me) as liked,
       (select a.reposts_count > 0
               and exists (select from activity_reposts r where r.activity_uuid = a.uuid and r.user_uuid = me.uuid offset 0)
        from me) as reposted
from newest
cross join lateral (select a.* from activities a where a.uuid = newest.uuid offset 0) a
cross join lateral (select u.display_name, u.handle from people u where u.uuid = a.user_uuid offset 0) u
order by newest.created_at desc, newest.uuid desc
