-- How many people of `cruddur demo` there are.
select count(*) from public.users where cognito_user_id >= 'demo-' and cognito_user_id < 'demo.'
