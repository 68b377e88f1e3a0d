, period as (
    select at, start + at * {length} as low, start + (at + 1) * {length} as high,
        parent.relname || '_' || pg_catalog.to_char(start + at * {length}, {suffix}) as name
    from parent, present, pg_catalog.generate_series(0, {ahead}) as at
), taken as (
    select pg_catalog.range_agg(pg_catalog.tsrange(low, high)) as all from part where not pending
)
select period.at, period.name, parent.nspname,
    pg_catalog.to_char(period.low, 'YYYY-MM-DD HH24:MI:SS'), pg_catalog.to_char(period.high, 'YYYY-MM-DD HH24:MI:SS'),
    coalesce(pg_catalog.tsrange(period.low, period.high) <@ (select taken.all from taken), false),
    (select pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, part.relname), ', ' order by part.relname)
        from part join pg_catalog.pg_namespace n on n.oid = part.relnamespace
        where pg_catalog.tsrange(part.low, part.high) && pg_catalog.tsrange(period.low, period.high)),
    exists (select from pg_catalog.pg_class c where c.relnamespace = parent.relnamespace and c.relname = period.name)
from period, parent order by period.at
