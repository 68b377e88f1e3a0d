-- Makes the next start look for itself where what is recorded of a step changes, other than how far it is.
create or replace function changeover.unsettle()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and new.state = old.state and new.cursor is distinct from old.cursor then
        return null;
    end if;
    update changeover.runners r set settled = null
        where r.history = case when tg_op = 'DELETE' then old.history else new.history end
        and r.settled is not null;
    return null;
end
$$
