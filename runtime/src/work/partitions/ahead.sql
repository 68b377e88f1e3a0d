, period as (
    select at, start + at * {length} as low, start + (at + 1) * {length} as high,
        parent.relname || '_' || pg_catalog.to_char(start + at * {length}, {suffix}) as name
    from parent, present, pg_catalog.generate_series(0, {ahead}) as at
)
select period.at, period.name, parent.nspname,
    pg_catalog.to_char(period.low, 'YYYY-MM-DD HH24:MI:SS'), pg_catalog.to_char(period.high, 'YYYY-MM-DD HH24:MI:SS'),
    coalesce(pg_catalog.tsrange(period.low, period.high)
        <@ (select pg_catalog.range_agg(pg_catalog.tsrange(part.ends[1], part.ends[2])) from part where not part.pending), false),
    (select pg_catalog.string_agg(part.name, ', ' order by part.name) from part
        where pg_catalog.tsrange(part.ends[1], part.ends[2]) && pg_catalog.tsrange(period.low, period.high)),
    exists (select from pg_catalog.pg_class c where c.relnamespace = parent.relnamespace and c.relname = period.name)
from period, parent order by period.at
