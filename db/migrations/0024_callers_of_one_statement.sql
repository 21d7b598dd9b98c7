-- cruddur: up
set local role cruddur_owner;

-- Whose the messages are is asked of each row, and not once a statement: one statement reads the pages of several callers, each
-- under a setting of its own.
alter policy messages_read on public.messages
    using (case public.caller() when sender_uuid then true when receiver_uuid then true else false end);

-- cruddur: down
set local role cruddur_owner;
alter policy messages_read on public.messages
    using (case when sender_uuid = (select public.caller()) then true else receiver_uuid = (select public.caller()) end);
