-- The sessions on which leases were taken, each with its role: anybody may take a lock of this
-- number, so that it counts only where the lease is that role's.
create or replace function changeover.lease_sessions()
returns table (lock_key oid, role oid, name name)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
        select l.objid, a.usesysid, a.usename
        from pg_locks l
        join pg_database d on d.oid = l.database
        join pg_stat_activity a on a.pid = l.pid
        where d.datname = current_database() and l.locktype = 'advisory' and l.granted
        and l.objsubid = 2 and l.classid = 1667788652;
end
$$
