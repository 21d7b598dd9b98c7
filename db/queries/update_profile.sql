-- Writes the display name $2 and, where $4 is true, the bio $3 (empty: none) of the caller $1: their handle. No row: the caller is
-- no user.
update people
set display_name = $2, bio = case when $4::boolean then nullif($3, '') else bio end
where cognito_user_id = $1
returning handle
