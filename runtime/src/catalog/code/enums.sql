select n.nspname, t.typname, e.enumlabel
from pg_enum e
join pg_type t on t.oid = e.enumtypid
join pg_namespace n on n.oid = t.typnamespace
where starts_with(n.nspname, 'changeover_scratch_')
order by n.nspname, t.typname, e.enumsortorder
