-- The lock of whoever changes the schema of this database; it ends with the session. The key spells "cruddur".
select pg_catalog.pg_try_advisory_lock(27991871215400306)
