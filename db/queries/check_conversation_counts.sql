-- The same as check_post_counts, of conversations, by what each of the two has not read.
with batch as materialized (
  select g.uuid
  from public.message_groups g
  where g.uuid > $1::uuid
  order by g.uuid
  limit $2::int
)
select member.message_group_uuid, 'unread_count', member.unread_count::bigint, unread.count
from batch
join public.message_group_members member on member.message_group_uuid = batch.uuid
cross join lateral (
  select count(*)
  from public.messages m
  where m.message_group_uuid = member.message_group_uuid and m.receiver_uuid = member.user_uuid
    and m.created_at > member.read_until
) unread
where member.unread_count <> unread.count
union all
(select batch.uuid, null, (select count(*) from batch), null from batch order by batch.uuid desc limit 1)
