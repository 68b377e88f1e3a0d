select r.oid, r.nspname, r.relname, r.relpersistence = 'u', array_to_string(r.reloptions, chr(10)),
    array_to_string(t.reloptions, chr(10)), case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
    obj_description(r.oid, 'pg_class'),
    (select s.spcname from pg_tablespace s where s.oid = r.reltablespace),
    (select m.amname from pg_am m where m.oid = r.relam and m.amname <> 'heap'),
    (select format('%I', c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indrelid = r.oid and i.indisclustered)
from relation r
-- A table keeps one when it has no long values any more, and a new one would have none.
left join pg_class t on t.oid = r.reltoastrelid and exists (select from pg_attribute a
    where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and a.attlen = -1 and a.attstorage <> 'p')
where r.way = 'table'
order by r.nspname, r.relname
