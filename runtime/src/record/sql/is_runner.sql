-- Whether the session is of a role that could write the state without any function: the owner, who
-- may act as it, or a superuser. Only functions that run with the owner's rights call it.
create or replace function changeover.is_runner()
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return session_user = current_user or changeover.is_session_of(current_user);
end
$$
