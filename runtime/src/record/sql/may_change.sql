-- Whether the session may change a lease of this owner. Only functions that run with the rights of
-- the state's owner call it.
create or replace function changeover.may_change(owner name)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return $1 is null or changeover.is_session_of($1) or changeover.is_runner()
        or not exists (select from pg_roles o where o.rolname = $1);
end
$$
