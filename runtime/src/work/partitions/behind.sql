, ended as (
    select pg_catalog.now() at time zone 'UTC' - {keep} as by
)
select part.oid, part.name, part.bound, part.pending,
    part.kind = 'r' and part.ends[1] = pg_catalog.date_trunc({unit}, part.ends[1])
        and part.ends[2] = part.ends[1] + {length},
    pg_catalog.to_char(part.ends[2], 'YYYY-MM-DD HH24:MI:SS')
from part, ended where part.ends[2] <= ended.by order by part.ends[2], part.name
