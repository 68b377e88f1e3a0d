-- Takes a lease or renews it as `hold_lease` does, and tells what is new: the head and the place that the
-- lease had before; for how many seconds no gate has been asked; what there is of leases; and how far
-- migrations are, where that is of another revision than the one that is `known`.
create or replace function changeover.renew_lease(
    history text, instance text, head text, place integer, about text, lease interval,
    on_session boolean, known bigint
)
returns table (
    head_before text, place_before integer, revision bigint, asked double precision,
    leases bigint, oldest integer, newest integer, id text, state text
)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    was changeover.instances;
    latest bigint;
begin
    select i.* into was from changeover.instances i where i.history = $1 and i.instance = $2;
    perform changeover.hold_lease($1, $2, $3, $4, $5, $6, $7);
    latest := coalesce((select r.revision from changeover.runners r where r.history = $1), 0);
    return query
        select was.head, was.position, latest, gate.asked, there.leases, there.oldest, there.newest,
            m.id, m.state
        from (
            select extract(epoch from clock_timestamp() - max(g.checked_at))::double precision as asked
            from changeover.gates g where g.history = $1 and g.opened_at is null
        ) gate
        cross join (
            select count(*) as leases, min(i.position) as oldest, max(i.position) as newest
            from changeover.instances i where i.history = $1
        ) there
        left join changeover.migrations m on m.history = $1 and latest is distinct from $8;
end
$$
