with the as (
    select n.oid, pg_catalog.substr(n.nspname, 9) as number
    from pg_catalog.pg_namespace n where n.nspname = $schema
), known (pid) as (
    select l.pid from pg_catalog.pg_locks l
    join the on the.number = pg_catalog.split_part(l.virtualtransaction, '/', 1)
    where l.pid is not null $by_number
), owners (oid) as (
    select c.relowner from pg_catalog.pg_class c join the on the.oid = c.relnamespace
)
select a.pid, pg_catalog.format('pid %s, user %s, application `%s`', a.pid, a.usename,
    a.application_name)
from pg_catalog.pg_stat_activity a
where a.datname = current_database() and a.pid <> pg_catalog.pg_backend_pid()
    and case when exists (select from known) then a.pid in (select pid from known)
        else a.usesysid in (select oid from owners) end
order by a.backend_start limit 5
