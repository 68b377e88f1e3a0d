-- Forgets the leases of every history that have been over for a day. One that is locked is being
-- renewed, and whoever does that must not make others wait.
create or replace function changeover.sweep_leases()
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    with dead as (
        select i.history, i.instance
        from changeover.instances i
        where clock_timestamp() - i.spoke_at - interval '1 day' > least(i.lease, interval '1 day')
        and not exists (
            select from changeover.lease_sessions() s
            where s.lock_key = (i.lock_key::bigint & 4294967295)::oid
            and (i.owner is null or i.owner = s.name or changeover.acts_as(s.role, i.owner))
        )
        for update of i skip locked
    )
    delete from changeover.instances i using dead d
    where i.history = d.history and i.instance = d.instance;
end
$$
