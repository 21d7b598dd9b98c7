-- Deletes the person whose handle is $1, with all that is theirs: posts and the replies below them, likes, reposts, follows
-- and conversations. Reports keep their text alone. No row: there is none.
delete from users
where lower(handle) = lower($1 collate "C")
returning uuid, handle, cognito_user_id
