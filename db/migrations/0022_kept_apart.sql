-- cruddur: up
set local role cruddur_owner;

-- A row or more where one of two does not see the other, who is hidden or stands behind a block of either. Asked for of two columns
-- it is expanded where it is used (EXPLAIN has no Function Scan); of a subquery it would not be.
create function public.kept_apart(one uuid, other uuid) returns setof boolean
    language sql stable
as $$
    select true from public.users h where h.uuid = other and h.hidden
    union all
    select true from public.blocks b where b.blocker_uuid = one and b.blocked_uuid = other
    union all
    select true from public.blocks b where b.blocker_uuid = other and b.blocked_uuid = one
$$;

-- cruddur: down
drop function public.kept_apart(uuid, uuid);
