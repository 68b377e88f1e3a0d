-- The instances that may still run. A lease that was taken on a session of its own lives as long as
-- that session: a process that is stopped keeps it, and may go on one day.
create or replace function changeover.live_instances(history text)
returns table (instance text, head text, "position" integer, about text, silent interval, connected boolean, overdue boolean)
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
    with locked as (
        select l.objid
        from pg_locks l
        join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.locktype = 'advisory' and l.granted
        and l.objsubid = 2 and l.classid = 1667788652
    ), known as (
        select i.*, clock_timestamp() - i.spoke_at as silence,
            (i.lock_key::bigint & 4294967295)::oid in (select objid from locked) as holds
        from changeover.instances i
        where i.history = $1
    )
    select k.instance, k.head, k.position, k.about, k.silence, k.holds, k.silence >= k.lease
    from known k
    where k.holds or k.silence < k.lease
    order by k.position, k.instance
$$
