select distinct pg_catalog.format('%s is the replica identity of %s',
    i.indexrelid::pg_catalog.regclass, i.indrelid::pg_catalog.regclass)
from ($gone) as gone (relid, part, index)
cross join lateral ($tree) t
join pg_catalog.pg_index i on i.indrelid = t.relid
join pg_catalog.pg_class c on c.oid = i.indexrelid
left join pg_catalog.pg_constraint k
    on k.conindid = i.indexrelid and k.contype in ('p', 'u')
left join pg_catalog.pg_inherits h on h.inhrelid = i.indexrelid
where i.indisreplident and (
    gone.index in (i.indexrelid, h.inhparent)
    or gone.index is null and (k.conname = gone.part or exists (
        select from pg_catalog.pg_attribute a
        where a.attrelid = i.indrelid and a.attname = gone.part and a.attnum = any (i.indkey)
    ))
)
