-- Builds from before the table go on holding leases: each role that might keeps its histories. Once
-- leases have an owner nothing is carried over any more.
insert into changeover.speakers (history, role, carried_over)
select distinct m.history, r.rolname, true
from changeover.migrations m,
    pg_catalog.pg_proc p,
    pg_catalog.aclexplode(p.proacl) a
    join pg_catalog.pg_roles r on r.oid = a.grantee
where p.pronamespace = 'changeover'::regnamespace and p.proname in ('hold_lease', 'live_instances')
and r.oid <> p.proowner
and not exists (
    select from pg_catalog.pg_attribute o
    where o.attrelid = 'changeover.instances'::regclass and o.attname = 'owner'
)
on conflict do nothing
