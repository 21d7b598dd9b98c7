-- The report $1, with the text as it was reported, and what else was reported of its author. No row: there is none.
select r.uuid, r.reason, author.handle as author, reporter.handle as reporter, r.message, r.activity_uuid,
       exists (select from activities a join users u on u.uuid = a.user_uuid and u.left_at is null
               where a.uuid = r.activity_uuid and (a.expires_at is null or a.expires_at > now()))
         as is_there,
       r.created_at, r.closed_at, r.closed_by,
       (select count(*) from reports other where other.activity_uuid = r.activity_uuid) as reports_of_it,
       (select count(*) from reports other where other.author_uuid = r.author_uuid) as reports_of_the_author
from reports r
left join users author on author.uuid = r.author_uuid and author.left_at is null
left join users reporter on reporter.uuid = r.reporter_uuid and reporter.left_at is null
where r.uuid = $1::uuid
