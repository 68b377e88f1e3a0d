-- What changes when an instance of a history comes or goes.
create or replace function changeover.leases_of(history text)
returns table (leases bigint, oldest integer, newest integer)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    return query
        select count(*), min(i.position), max(i.position)
        from changeover.instances i where i.history = $1;
end
$$
