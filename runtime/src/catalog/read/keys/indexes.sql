select r.oid, r.nspname, r.relname, c.relname, pg_get_indexdef(i.indexrelid), i.indisunique,
    case when i.indisunique then (to_jsonb(i) ->> 'indnullsnotdistinct')::bool end,
    pg_get_expr(i.indpred, i.indrelid), m.amname,
    k.names, k.included, array_to_string(c.reloptions, chr(10)),
    (select s.spcname from pg_tablespace s where s.oid = c.reltablespace),
    i.indisvalid, r.way = 'table',
    (select string_agg(format('alter column %s set statistics %s', a.attnum, a.attstattarget), ', ' order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attstattarget >= 0)
from relation r
join pg_index i on i.indrelid = r.oid
join pg_class c on c.oid = i.indexrelid
join pg_am m on m.oid = c.relam
cross join lateral (
    select string_agg(coalesce(a.attname, 'expr'), chr(10) order by u.place)
            filter (where u.place <= i.indnkeyatts) as names,
        string_agg(a.attname, chr(10) order by u.place) filter (where u.place > i.indnkeyatts) as included
    from unnest(i.indkey::int2[]) with ordinality u (attnum, place)
    left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.attnum and u.attnum <> 0
) k
where r.way in ('table', 'partition')
    -- A constraint's says itself, and a partition has those of its table.
    and not exists (select from pg_constraint k
        where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
    and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)
order by r.nspname, r.relname, c.relname
