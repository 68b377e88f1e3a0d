select format('alter table %I.%I add column if not exists %I %s', n.nspname, c.relname, a.attname,
    format_type(a.atttypid, a.atttypmod))
from (values $columns) as of (schema, name, part)
join pg_namespace n on n.nspname = of.schema
join pg_class c on c.relnamespace = n.oid and c.relname = of.name and c.relkind in ('r', 'p')
join pg_attribute a on a.attrelid = c.oid and a.attname = of.part and a.attnum > 0
    and not a.attisdropped
order by 1
