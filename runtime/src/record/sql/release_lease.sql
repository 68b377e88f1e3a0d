-- Gives a lease back, and wakes those who wait for it.
create or replace function changeover.release_lease(history text, instance text)
returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    delete from changeover.instances i
        where i.history = $1 and i.instance = $2 and changeover.may_change(i.owner);
    if found then
        perform pg_notify('changeover', $1);
    elsif exists (select from changeover.instances i where i.history = $1 and i.instance = $2) then
        perform changeover.refuse_change($1, $2);
    end if;
end
$$
