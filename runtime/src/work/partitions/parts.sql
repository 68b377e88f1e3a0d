with parent as (
    select c.oid, c.relnamespace, c.relowner, n.nspname, c.relname
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_partitioned_table p on p.partrelid = c.oid
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
    where c.oid = pg_catalog.to_regclass({table})::oid and p.partstrat = 'r' and p.partnatts = 1
        and a.atttypid in ('pg_catalog.date'::regtype, 'pg_catalog.timestamp'::regtype, 'pg_catalog.timestamptz'::regtype)
), bounded as materialized (
    select i.inhrelid as oid, i.inhdetachpending as pending, c.relkind as kind, c.relname, c.relnamespace, c.relpartbound,
        pg_catalog.regexp_match(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM [(](.*)[)] TO [(](.*)[)]$') as ends
    from parent
    join pg_catalog.pg_inherits i on i.inhparent = parent.oid
    join pg_catalog.pg_class c on c.oid = i.inhrelid
), part as materialized (
    -- The session is in UTC, so that a zone says nothing that the digits do not; an open end is null.
    select oid, pending, kind, relname, relnamespace, relpartbound,
        pg_catalog.btrim(nullif(nullif(ends[1], 'MINVALUE'), 'MAXVALUE'), '''')::timestamp as low,
        pg_catalog.btrim(nullif(nullif(ends[2], 'MINVALUE'), 'MAXVALUE'), '''')::timestamp as high
    from bounded where ends is not null
), present as (
    select pg_catalog.date_trunc({unit}, pg_catalog.now() at time zone 'UTC') as start
)
