-- Opens the gate of a phase that a migration at `place` declares, unless something holds it; returns
-- what does. `needs_newer`: somebody has to live who can do without what goes. `forced`: whoever lives.
create or replace function changeover.open_gate(
    history text, migration text, phase text, place integer, needs_newer boolean, forced boolean
)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    held text[] := '{}';
begin
    perform pg_advisory_xact_lock(1667788647, hashtext($1));
    if exists (
        select from changeover.gates g
        where g.history = $1 and g.migration = $2 and g.phase = $3 and g.opened_at is not null
    ) then
        return;
    end if;
    perform changeover.sweep_leases();
    if not $6 then
        held := array(select h from changeover.gate_holders($1, $4, $5) h);
    end if;
    insert into changeover.gates as g
        (history, migration, phase, position, held_by, checked_at, opened_at, needs_newer)
        values ($1, $2, $3, $4, held, clock_timestamp(),
            case when held = '{}' then clock_timestamp() end, $5)
        on conflict on constraint gates_pkey do update
        set position = excluded.position, held_by = excluded.held_by, checked_at = excluded.checked_at,
            opened_at = coalesce(g.opened_at, excluded.opened_at), needs_newer = excluded.needs_newer;
    return query select unnest(held);
end
$$
