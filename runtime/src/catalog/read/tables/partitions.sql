select r.oid, r.nspname, r.relname, r.parent_schema, r.parent_name,
    pg_get_expr(r.relpartbound, r.oid), r.relpersistence = 'u',
    array_to_string(r.reloptions, ', '),
    (select string_agg('toast.' || o, ', ') from pg_class t, unnest(t.reloptions) o
        where t.oid = r.reltoastrelid),
    (select format('%I', s.spcname) from pg_tablespace s where s.oid = r.reltablespace),
    (select format('%I', m.amname) from pg_am m where m.oid = r.relam and m.amname <> 'heap'),
    (select format('%I', c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indrelid = r.oid and i.indisclustered),
    obj_description(r.oid, 'pg_class')
from relation r
where r.way = 'partition'
order by r.nspname, r.relname
