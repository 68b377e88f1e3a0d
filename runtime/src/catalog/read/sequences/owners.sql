select c.oid, n.nspname, c.relname, r.nspname, r.relname, a.attname, r.way = 'table'
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a'
    and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
join relation r on r.oid = d.refobjid
join pg_attribute a on a.attrelid = r.oid and a.attnum = d.refobjsubid
where c.relkind = 'S' and n.nspname !~ '^pg_'
order by n.nspname, c.relname
