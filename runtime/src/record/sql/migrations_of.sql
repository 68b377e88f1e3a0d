-- How far the migrations of a history are, for a role that speaks for it.
create or replace function changeover.migrations_of(history text)
returns table (id text, parent text, "position" integer, state text, plan_version integer)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    return query
        select m.id, m.parent, m.position, m.state, m.plan_version
        from changeover.migrations m where m.history = $1;
end
$$
