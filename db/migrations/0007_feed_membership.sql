-- cruddur: up
-- A like, a repost or a reply only moves a count of a post that the feed has: it tells nobody, and the nodes' feeds are not
-- read anew for it. What changes which posts the feed has, or what stands in them, still does.
set local role cruddur_owner;
drop trigger activities_notify_feed on public.activities;
create trigger activities_notify_feed
    after insert or delete or truncate
       or update of uuid, user_uuid, message, reply_to_activity_uuid, expires_at, created_at on public.activities
    for each statement execute function public.notify_feed();

-- cruddur: down
set local role cruddur_owner;
drop trigger activities_notify_feed on public.activities;
create trigger activities_notify_feed
    after insert or update or delete or truncate on public.activities
    for each statement execute function public.notify_feed();
