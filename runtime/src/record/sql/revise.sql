-- Gives a history another revision where a state of its migrations changes, whoever changes it: who waits
-- for one reads all of them only then.
create or replace function changeover.revise()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'UPDATE' or new.state <> old.state then
        update changeover.runners r set revision = pg_current_xact_id()::text::bigint
            where r.history = case when tg_op = 'DELETE' then old.history else new.history end;
    end if;
    return null;
end
$$
