-- Keeps a lease until the session ends.
create or replace function changeover.hold_on_session(history text, instance text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    key integer := hashtext($1 || '/' || $2);
begin
    if not exists (
        select from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'advisory'
        and l.objsubid = 2 and l.classid = 1667788652 and l.objid = (key::bigint & 4294967295)::oid
    ) then
        perform pg_advisory_lock_shared(1667788652, key);
    end if;
end
$$
