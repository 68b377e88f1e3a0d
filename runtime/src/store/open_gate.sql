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
    held text[];
begin
    perform pg_advisory_xact_lock(1667788647, hashtext($1));
    if exists (
        select from changeover.gates g
        where g.history = $1 and g.migration = $2 and g.phase = $3 and g.opened_at is not null
    ) then
        return;
    end if;
    delete from changeover.instances i where i.history = $1
        and i.spoke_at + i.lease + interval '1 day' < clock_timestamp()
        and not exists (select from changeover.live_instances($1) l where l.instance = i.instance);
    held := array(
        select format('instance "%s"%s was built with "%s"%s', l.instance,
            case when l.about <> '' then format(' (%s)', l.about) else '' end, l.head,
            case when l.overdue
                then format('; it has been silent for %s, and its session is still open',
                    date_trunc('second', l.silent))
                else '' end)
        from changeover.live_instances($1) l where l.position < $4 and not $6
    );
    if $5 and not $6 and not exists (
        select from changeover.live_instances($1) l where l.position >= $4
    ) then
        held := held || 'no instance holds a lease whose build declares it'::text;
    end if;
    insert into changeover.gates as g (history, migration, phase, position, held_by, checked_at, opened_at)
        values ($1, $2, $3, $4, held, clock_timestamp(),
            case when held = '{}' then clock_timestamp() end)
        on conflict on constraint gates_pkey do update
        set position = excluded.position, held_by = excluded.held_by, checked_at = excluded.checked_at,
            opened_at = coalesce(g.opened_at, excluded.opened_at);
    return query select unnest(held);
end
$$
