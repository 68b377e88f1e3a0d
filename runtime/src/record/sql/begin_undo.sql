-- Marks migrations as being undone, the oldest of which stands at `place`, unless an instance lives
-- that was built with one of them; returns those.
create or replace function changeover.begin_undo(history text, migrations text[], place integer)
returns setof text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(1667788647, hashtext($1));
    return query select h from changeover.holders($1, $3, false) h;
    if not found then
        -- A gate that was opened and not gone through is no longer declared; that of a switch closes
        -- when the switch has been taken back.
        delete from changeover.gates g
        using changeover.migrations m
        where g.history = $1 and g.position >= $3 and m.history = $1 and m.id = g.migration
            and not (g.phase = 'switch' and m.state in ('switching', 'switched'));
        -- Until it is taken back, what is switched keeps out builds that do not declare it.
        update changeover.migrations m set state = 'undoing'
        where m.history = $1 and m.id = any ($2)
            and m.state not in ('pending', 'switching', 'switched');
    end if;
end
$$
