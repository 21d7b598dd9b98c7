-- A part of what is the caller's, oldest first: 500 entries of the section $2 behind the place ($3 created_at, $4 uuid), and
-- those at the same place as the last of them. A row for each: its JSON, and its place. The section `messages` is that of the
-- conversation $5. Of others it says who, unless they have blocked the caller, and nothing more; of who is hidden, nothing.
-- A branch whose section is not asked for is left out before anything of it is read; each reads by an index, and no more than
-- it returns. Messages are seen by whom the setting names.
with me as materialized (
  select u.uuid, set_config('cruddur.caller', u.uuid::text, true) as setting from people u where u.cognito_user_id = $1
), person as (
  select u.uuid, u.handle
  from people u
  where not exists (select from me join blocks b on b.blocker_uuid = u.uuid and b.blocked_uuid = me.uuid)
), part as (
  (select json_build_object('uuid', a.uuid, 'message', a.message, 'reply_to_activity_uuid', a.reply_to_activity_uuid,
                            'replies_count', a.replies_count, 'reposts_count', a.reposts_count, 'likes_count', a.likes_count)
            as entry, a.expires_at, a.created_at, a.uuid
   from activities a
   where $2 = 'activities' and a.user_uuid = (select uuid from me)
     and (a.expires_at is null or a.expires_at > now())
     and (a.created_at, a.uuid) > ($3::timestamptz, $4::uuid)
   order by a.created_at, a.uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('activity_uuid', l.activity_uuid), null, l.created_at, l.activity_uuid
   from activity_likes l
   where $2 = 'likes' and l.user_uuid = (select uuid from me) and l.created_at >= $3::timestamptz
     and (l.created_at, l.activity_uuid) > ($3::timestamptz, $4::uuid)
   order by l.created_at, l.activity_uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('activity_uuid', r.activity_uuid), null, r.created_at, r.activity_uuid
   from activity_reposts r
   where $2 = 'reposts' and r.user_uuid = (select uuid from me) and r.created_at >= $3::timestamptz
     and (r.created_at, r.activity_uuid) > ($3::timestamptz, $4::uuid)
   order by r.created_at, r.activity_uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('uuid', f.followed_uuid, 'handle', p.handle), null, f.created_at, f.followed_uuid
   from follows f
   left join person p on p.uuid = f.followed_uuid
   where $2 = 'following' and f.follower_uuid = (select uuid from me)
     and not exists (select from users h where h.uuid = f.followed_uuid and h.hidden offset 0)
     and (f.created_at, f.followed_uuid) > ($3::timestamptz, $4::uuid)
   order by f.created_at, f.followed_uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('uuid', f.follower_uuid, 'handle', p.handle), null, f.created_at, f.follower_uuid
   from follows f
   left join person p on p.uuid = f.follower_uuid
   where $2 = 'followers' and f.followed_uuid = (select uuid from me)
     and not exists (select from users h where h.uuid = f.follower_uuid and h.hidden offset 0)
     and (f.created_at, f.follower_uuid) > ($3::timestamptz, $4::uuid)
   order by f.created_at, f.follower_uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('handle', p.handle), null, m.created_at, m.muted_uuid
   from mutes m
   left join person p on p.uuid = m.muted_uuid
   where $2 = 'muted' and m.muter_uuid = (select uuid from me) and (m.created_at, m.muted_uuid) > ($3::timestamptz, $4::uuid)
   order by m.created_at, m.muted_uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('handle', p.handle), null, b.created_at, b.blocked_uuid
   from blocks b
   left join person p on p.uuid = b.blocked_uuid
   where $2 = 'blocked' and b.blocker_uuid = (select uuid from me) and (b.created_at, b.blocked_uuid) > ($3::timestamptz, $4::uuid)
   order by b.created_at, b.blocked_uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('activity_uuid', n.activity_uuid, 'reason', n.reason), null, n.created_at, n.activity_uuid
   from notifications n
   where $2 = 'notifications' and n.user_uuid = (select uuid from me)
     and (n.created_at, n.activity_uuid) > ($3::timestamptz, $4::uuid)
   order by n.created_at, n.activity_uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('activity_uuid', r.activity_uuid, 'reason', r.reason), null, r.created_at, r.uuid
   from reports r
   where $2 = 'reports' and r.reporter_uuid = (select uuid from me) and (r.created_at, r.uuid) > ($3::timestamptz, $4::uuid)
   order by r.created_at, r.uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('message_group_uuid', g.uuid, 'handle', p.handle), null, g.created_at, g.uuid
   from message_group_members k
   join message_groups g on g.uuid = k.message_group_uuid
   left join person p on p.uuid = k.other_user_uuid
   where $2 = 'conversations' and k.user_uuid = (select uuid from me)
     and not exists (select from users h where h.uuid = k.other_user_uuid and h.hidden offset 0)
     and (g.created_at, g.uuid) > ($3::timestamptz, $4::uuid)
   order by g.created_at, g.uuid fetch first 500 rows with ties)
  union all
  (select json_build_object('uuid', m.uuid, 'sent', m.sender_uuid = (select uuid from me), 'message', m.message), null,
          m.created_at, m.uuid
   from messages m
   where $2 = 'messages' and (select setting from me) is not null and m.message_group_uuid = nullif($5, '')::uuid
     and (m.created_at, m.uuid) > ($3::timestamptz, $4::uuid)
   order by m.created_at, m.uuid fetch first 500 rows with ties)
)
select left(part.entry::text, -1)
       || case when $2 = 'activities' then ', "expires_at" : ' || coalesce(
            to_char(part.expires_at at time zone 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\""'), 'null') else '' end
       || to_char(part.created_at at time zone 'UTC', '", \"created_at\" : \""YYYY-MM-DD"T"HH24:MI:SS.US"Z\"}"') as body,
       part.created_at, part.uuid
from part
order by part.created_at, part.uuid
