select n.nspname, r.relname, array(
    select a.attname::text from pg_attribute a
    -- A type of somebody's own may bring a cast that would run as us.
    where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and a.atttypid < 16384),
    -- To ask for the rows of another would be an error, whosever it is.
    has_schema_privilege(n.oid, 'usage') and has_table_privilege(r.oid, 'select')
        and not row_security_active(r.oid)
from pg_class r join pg_namespace n on n.oid = r.relnamespace
where r.relkind in ('r', 'p') and r.relname in ('_sqlx_migrations', '__diesel_schema_migrations',
    'refinery_schema_history', 'seaql_migrations', 'flyway_schema_history', 'schema_migrations',
    'goose_db_version', 'alembic_version', '_prisma_migrations', 'ar_internal_metadata')
order by n.nspname = 'public' desc, n.nspname, r.relname
