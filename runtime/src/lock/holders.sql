select coalesce(l.pid::text, 'of a prepared transaction'),
    coalesce(pg_catalog.max(a.usename), pg_catalog.max(a.backend_type)), pg_catalog.max(a.application_name),
    pg_catalog.max(pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.xact_start))::text,
    pg_catalog.string_agg(distinct l.mode, ', '),
    coalesce(pg_catalog.min(a.xact_start) < pg_catalog.clock_timestamp() - interval '$moment', true),
    pg_catalog.max(pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.query_start))::text, l.pid is null
from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.granted and l.pid is distinct from pg_catalog.pg_backend_pid()
    and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
    and $of
group by l.pid order by pg_catalog.min(a.xact_start) nulls first limit 10
