-- Whether anything is left of the person $1 (uuid), who has left.
select exists (select from users where uuid = $1::uuid)
