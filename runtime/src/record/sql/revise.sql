-- Gives a history another revision where a state of its migrations changes, whoever changes it: who waits
-- for one reads all of them only then. Whatever changes, it is not settled any more.
create or replace function changeover.revise()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update changeover.runners r
        set settled = null,
            revision = case when tg_op <> 'UPDATE' or new.state <> old.state
                then pg_current_xact_id()::text::bigint else r.revision end
        where r.history = case when tg_op = 'DELETE' then old.history else new.history end;
    return null;
end
$$
