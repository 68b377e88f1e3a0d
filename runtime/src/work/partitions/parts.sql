with parent as (
    select c.oid, c.relnamespace, c.relowner, n.nspname, c.relname, a.atttypid
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_partitioned_table p on p.partrelid = c.oid
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
    where c.oid = pg_catalog.to_regclass({table})::oid and p.partstrat = 'r' and p.partnatts = 1
        and a.atttypid in ('pg_catalog.date'::regtype, 'pg_catalog.timestamp'::regtype, 'pg_catalog.timestamptz'::regtype)
), bounded as (
    select i.inhrelid as oid, i.inhdetachpending as pending, c.relkind as kind, parent.atttypid as type,
        pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
        pg_catalog.md5(c.relpartbound::text) as bound,
        pg_catalog.regexp_match(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM [(](.*)[)] TO [(](.*)[)]$') as ends
    from parent
    join pg_catalog.pg_inherits i on i.inhparent = parent.oid
    join pg_catalog.pg_class c on c.oid = i.inhrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
), part as (
    -- In UTC; an open end is null.
    select oid, pending, kind, name, bound,
        (select pg_catalog.array_agg(case
                when e.value in ('MINVALUE', 'MAXVALUE') then null
                when type = 'pg_catalog.date'::regtype then pg_catalog.btrim(e.value, '''')::date::timestamp
                when type = 'pg_catalog.timestamp'::regtype then pg_catalog.btrim(e.value, '''')::timestamp
                else pg_catalog.btrim(e.value, '''')::timestamptz at time zone 'UTC'
            end order by e.place)
        from pg_catalog.unnest(ends) with ordinality as e (value, place)) as ends
    from bounded where ends is not null
), present as (
    select pg_catalog.date_trunc({unit}, pg_catalog.now() at time zone 'UTC') as start
)
