-- cruddur: up
-- What somebody else's index stands on stays, and so does what belongs to somebody else.
do $$
begin
    drop extension if exists pg_trgm;
exception
    when dependent_objects_still_exist or insufficient_privilege then
        raise notice 'pg_trgm stays: %', sqlerrm;
end
$$;

-- cruddur: down
create extension if not exists pg_trgm with schema public;
