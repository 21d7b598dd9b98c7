-- Deletes the caller $1, with all rows that are theirs, as an outcome. No row: the caller is no user.
delete from users where cognito_user_id = $1
returning 200 as status, format('{"uuid":"%s"}', uuid) as body
