-- A row where the caller $1 is a user whom an administrator has disabled.
select from users where cognito_user_id = $1 and hidden
