-- Whether the session may act as a role.
create or replace function changeover.is_session_of(role name)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return session_user = $1
        or changeover.acts_as((select r.oid from pg_roles r where r.rolname = session_user), $1);
end
$$
