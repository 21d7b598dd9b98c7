-- Deletes at most $1 reports that are 90 days old, closed or not.
delete from reports r
using (
  select uuid
  from reports
  where created_at < now() - interval '90 days'
  order by created_at
  limit $1
) old
where r.uuid = old.uuid
