-- How far the steps of a history are, without what they do, where they are and what went wrong: an
-- instance needs none of that, and an error may name keys of rows.
create or replace function changeover.steps_of(history text)
returns table (migration text, phase text, ordinal integer, state text, rows bigint, failed boolean)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    return query
        select s.migration, s.phase, s.ordinal, s.state, s.rows, s.error is not null
        from changeover.steps s where s.history = $1;
end
$$
