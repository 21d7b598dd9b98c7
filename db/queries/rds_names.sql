-- What rds_roles and rds_name_database work on: their statements take no parameters.
select set_config('cruddur.master_username', $1, false), set_config('cruddur.master_verifier', $2, false),
       set_config('cruddur.database', $3, false), set_config('cruddur.set_password', $4, false)
