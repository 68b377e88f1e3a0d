-- The instances that may still run. A lease that was taken on a session of its own lives as long as
-- that session: a process that is stopped keeps it, and may go on one day.
create or replace function changeover.live_instances(history text)
returns table (instance text, head text, "position" integer, about text, silent interval, connected boolean, overdue boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_speaker($1);
    return query
        with held as (
            select i.instance
            from changeover.instances i
            join changeover.lease_sessions() s on s.lock_key = (i.lock_key::bigint & 4294967295)::oid
            where i.history = $1
            and (i.owner is null or i.owner = s.name or changeover.acts_as(s.role, i.owner))
        ), known as (
            -- Whoever wrote what into the table: no lease is longer than a day.
            select i.*, clock_timestamp() - i.spoke_at as silence,
                least(i.lease, interval '1 day') as term,
                i.instance in (select h.instance from held h) as holds
            from changeover.instances i
            where i.history = $1
        )
        select k.instance, k.head, k.position, k.about, k.silence, k.holds, k.silence >= k.term
        from known k
        where k.holds or k.silence < k.term
        order by k.position, k.instance;
end
$$
