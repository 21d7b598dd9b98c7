-- At most $1 reports, the oldest first: those that are open, and where $2 is true the closed ones too.
select r.uuid, r.reason, author.handle as author, reporter.handle as reporter, r.message, r.activity_uuid,
       exists (select from activities a join users u on u.uuid = a.user_uuid and u.left_at is null
               where a.uuid = r.activity_uuid and (a.expires_at is null or a.expires_at > now()))
         as is_there,
       r.created_at, r.closed_at, r.closed_by
from reports r
left join users author on author.uuid = r.author_uuid and author.left_at is null
left join users reporter on reporter.uuid = r.reporter_uuid and reporter.left_at is null
where r.closed_at is null or $2::boolean
order by r.created_at, r.uuid
limit $1::int
