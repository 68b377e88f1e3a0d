-- Takes a lease, or renews it: to be called again before it is over. It fails with SQLSTATE CO001
-- once a switch or a contract has begun that a build with this head does not declare, with CO002
-- where another role holds the lease, with CO003 before any run of the history.
--
-- The `place` of a head counts only until the history knows it: a build may come before its run.
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
    known integer;
    gate changeover.gates;
begin
    perform changeover.require_speaker($1);
    perform changeover.require_lease($2, $3, $4, $5, $6);
    perform pg_advisory_xact_lock_shared(1667788647, hashtext($1));
    known := coalesce((select m.position from changeover.migrations m where m.history = $1 and m.id = $3), $4);
    if not exists (select from changeover.migrations m where m.history = $1)
        and not exists (select from changeover.runners r where r.history = $1) then
        raise exception 'no run of history "%" has been in this database', changeover.shown($1)
            using errcode = 'CO003';
    end if;
    if known is null then
        raise exception 'history "%" has no migration "%"', $1, $3 using errcode = '22023',
            hint = 'give the id of the newest migration that this build was written for';
    end if;
    select g.* into gate from changeover.gates g
        where g.history = $1 and g.opened_at is not null and g.position > known
        order by g.position limit 1;
    if found then
        raise exception 'this build is too old: the % of "%" has begun, and the build with head "%" does not declare it',
            gate.phase, gate.migration, $3 using errcode = 'CO001';
    end if;
    perform changeover.write_lease($1, $2, $3, known, $5, $6);
    if $7 then
        perform changeover.hold_on_session($1, $2);
    end if;
end
$$
