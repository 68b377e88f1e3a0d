-- What is set of the runs of a history, and by whom.
create or replace function changeover.settings_of(history text)
returns table (name text, value text, who text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    return query select s.name, s.value, s.who from changeover.settings s where s.history = $1;
end
$$
