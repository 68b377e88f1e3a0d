-- Who paused a history and why, and what the run of process `pid` waits for.
create or replace function changeover.controls_of(history text)
returns table (who text, why text, migration text, pid integer, reason text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    return query
        select c.who, c.reason, h.migration, h.pid, h.reason
        from (select) one
        left join changeover.controls c on c.history = $1 and c.paused
        left join changeover.holds h on h.history = $1;
end
$$
