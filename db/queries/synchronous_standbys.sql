-- What the server goes by at this moment.
select current_setting('synchronous_standby_names')
