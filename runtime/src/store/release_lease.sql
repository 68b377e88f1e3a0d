-- Gives a lease back, and wakes those who wait for it.
create or replace function changeover.release_lease(history text, instance text)
returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from changeover.instances i where i.history = $1 and i.instance = $2;
    perform pg_notify('changeover', $1);
end
$$
