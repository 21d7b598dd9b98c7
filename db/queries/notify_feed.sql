-- Tells the listeners of all nodes that the feed has changed, and by whom: $1 is the node that sends it.
select pg_notify('cruddur_feed', $1)
