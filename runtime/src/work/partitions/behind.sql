select part.oid, pg_catalog.format('%I.%I', n.nspname, part.relname), pg_catalog.md5(part.relpartbound::text), part.pending,
    part.kind = 'r' and part.low = pg_catalog.date_trunc({unit}, part.low) and part.high = part.low + {length},
    pg_catalog.to_char(part.high, 'YYYY-MM-DD HH24:MI:SS')
from part join pg_catalog.pg_namespace n on n.oid = part.relnamespace
where part.high <= pg_catalog.now() at time zone 'UTC' - {keep} order by part.high, part.relname
