-- Whether this session sees a caller's messages alone, and so cannot count them.
select pg_catalog.row_security_active('public.messages')
