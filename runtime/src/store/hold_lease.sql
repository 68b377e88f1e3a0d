-- Takes a lease, or renews it: to be called again before it is over. It fails with SQLSTATE CO001
-- once a switch or a contract has begun that a build with this head does not declare.
--
-- An instance and a gate that opens never pass each other: both do what they do in one transaction
-- behind one lock, and each statement sees what was committed before it had the lock.
create or replace function changeover.hold_lease(
    history text,
    instance text,
    head text,
    place integer default null,
    about text default '',
    lease interval default '30 seconds',
    on_session boolean default false
)
returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    known integer := coalesce($4, (select m.position from changeover.migrations m where m.history = $1 and m.id = $3));
    key integer := hashtext($1 || '/' || $2);
    gate changeover.gates;
begin
    if known is null then
        raise exception 'history "%" has no migration "%"', $1, $3 using errcode = '22023',
            hint = 'give the id of the newest migration that this build was written for';
    end if;
    perform pg_advisory_xact_lock_shared(1667788647, hashtext($1));
    select g.* into gate from changeover.gates g
        where g.history = $1 and g.opened_at is not null and g.position > known
        order by g.position limit 1;
    if found then
        raise exception 'this build is too old: the % of "%" has begun, and the build with head "%" does not declare it',
            gate.phase, gate.migration, $3 using errcode = 'CO001';
    end if;
    if $7 and not exists (
        select from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'advisory'
        and l.objsubid = 2 and l.classid = 1667788652 and l.objid = (key::bigint & 4294967295)::oid
    ) then
        perform pg_advisory_lock_shared(1667788652, key);
    end if;
    insert into changeover.instances as i (history, instance, head, position, about, lease, since, spoke_at)
        values ($1, $2, $3, known, $5, $6, clock_timestamp(), clock_timestamp())
        on conflict on constraint instances_pkey do update
        set head = excluded.head, position = excluded.position, about = excluded.about,
            lease = excluded.lease, spoke_at = excluded.spoke_at;
end
$$
