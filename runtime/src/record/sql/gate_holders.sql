-- Which leases hold a gate that a migration at `place` declares. `needs_newer`: somebody has to live
-- who can do without what goes.
create or replace function changeover.gate_holders(history text, place integer, needs_newer boolean)
returns setof text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    return query select h from changeover.holders($1, $2, true) h;
    if $3 and not exists (select from changeover.live_instances($1) l where l.position >= $2) then
        return next 'no instance holds a lease whose build declares it';
    end if;
end
$$
