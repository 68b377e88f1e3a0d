select pg_catalog.format('column %s.%I does not exist', c.oid::regclass, n.name) as what
from $known
join pg_catalog.pg_class c
    on c.oid = pg_catalog.to_regclass(n.relation) and c.relkind in ('r', 'p')
where not exists (
    select from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attname = n.name and not a.attisdropped
)
union all
select pg_catalog.format('column %s.%I is not as the history knows it',
    a.attrelid::regclass, a.attname) || d.what
from $known
join pg_catalog.pg_class c
    on c.oid = pg_catalog.to_regclass(n.relation) and c.relkind in ('r', 'p')
join pg_catalog.pg_attribute a
    on a.attrelid = c.oid and a.attname = n.name and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
left join pg_catalog.pg_collation l
    on l.oid = a.attcollation and a.attcollation <> t.typcollation
cross join lateral (
    select pg_catalog.format_type(a.atttypid, a.atttypmod) as ty,
        pg_catalog.pg_get_expr(e.adbin, e.adrelid) as expression
) s
cross join lateral (values $differences) as d (what) where d.what is not null
