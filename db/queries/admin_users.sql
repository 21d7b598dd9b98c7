-- The newest $1 people, disabled ones too, and, where $2 is not '', only those whose handle or display name begins with it, in whatever case.
select u.handle, u.display_name, u.cruds_count as cruds, u.followers_count as followers, u.following_count as following,
       u.created_at as since, u.disabled_at, u.uuid
from users u
where u.left_at is null
  and ($2 = '' or starts_with(lower(u.handle), lower($2)) or starts_with(lower(u.display_name), lower($2)))
order by u.created_at desc, u.uuid desc
limit $1::int
