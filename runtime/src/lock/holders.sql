select coalesce(l.pid::text, 'of a prepared transaction'),
    coalesce(max(a.usename), max(a.backend_type)), max(a.application_name),
    max(date_trunc('second', clock_timestamp() - a.xact_start))::text,
    pg_catalog.string_agg(distinct l.mode, ', '),
    coalesce(min(a.xact_start) < clock_timestamp() - interval '$moment', true),
    max(date_trunc('second', clock_timestamp() - a.query_start))::text, l.pid is null
from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.granted and l.pid is distinct from pg_catalog.pg_backend_pid()
    and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
    and $of
group by l.pid order by min(a.xact_start) nulls first limit 10
