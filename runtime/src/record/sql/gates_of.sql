-- The gates of a history, and what holds those that are not open: the leases of now, or what was
-- found when the gate was last asked.
create or replace function changeover.gates_of(history text)
returns table (migration text, phase text, "position" integer, opened boolean, held_by text[])
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    return query
        select g.migration, g.phase, g.position, g.opened_at is not null,
            case when g.opened_at is not null then '{}'
                when g.needs_newer is null then array(
                    select left(h.reason, 10000)
                    from unnest(g.held_by) with ordinality h (reason, place)
                    order by h.place limit 20
                )
                else array(select h from changeover.gate_holders($1, g.position, g.needs_newer) h)
            end
        from changeover.gates g where g.history = $1;
end
$$
