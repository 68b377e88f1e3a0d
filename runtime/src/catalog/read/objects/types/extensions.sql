select 'pg_extension'::regclass::oid, e.oid, n.nspname, e.extname, e.extversion
from pg_extension e join pg_namespace n on n.oid = e.extnamespace
where e.extname <> 'plpgsql'
order by e.extname
