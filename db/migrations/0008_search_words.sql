-- Search by words in place of substrings: 138 bytes a post where the trigrams took 298. Builds the index while people
-- write: no transaction, so each statement can be run again after it was cut off.
-- cruddur: no transaction
-- cruddur: up
set role cruddur_owner;

-- The #tags and @handles in a text, in small letters. A mark within a word (an e-mail address, a link's #part) is none.
create or replace function public.marked_words(message text) returns text[]
    language sql immutable strict parallel safe
as $$
    select array(select distinct pg_catalog.lower(found.word[1])
                 from pg_catalog.regexp_matches(message, '(?<![[:alnum:]_@#&/.-])(#(?:[^[:space:][:punct:]]|_){1,100}|@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,48}[A-Za-z0-9_])?)', 'g') found(word))
$$;

-- The words by which a text is found: those of 'simple', which takes them as they are written but for case, and tags and
-- handles as words of their own. It is not strict, so that it is expanded where it is used, for two thirds of the cost.
create or replace function public.search_words(message text) returns tsvector
    language sql immutable parallel safe
as $$
    select case when pg_catalog.strpos(message, '#') = 0 and pg_catalog.strpos(message, '@') = 0
                then pg_catalog.to_tsvector('simple'::pg_catalog.regconfig, message)
                else pg_catalog.to_tsvector('simple'::pg_catalog.regconfig, message)
                         operator(pg_catalog.||) pg_catalog.array_to_tsvector(public.marked_words(message))
           end
$$;

create index concurrently if not exists activities_words_idx on public.activities using gin (public.search_words(message));
drop index concurrently if exists public.activities_message_idx;

reset role;

-- cruddur: down
set role cruddur_owner;
drop index concurrently if exists public.activities_words_idx;
drop function if exists public.search_words(text);
drop function if exists public.marked_words(text);
create index concurrently if not exists activities_message_idx
    on public.activities using gin (message public.gin_trgm_ops);
reset role;
