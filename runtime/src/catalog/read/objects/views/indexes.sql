select 'pg_class'::regclass::oid, r.oid, n.nspname, x.relname, n.nspname, r.relname,
    i.indisunique, coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false), am.amname,
    (select array_agg(pg_get_indexdef(x.oid, k.place, false) order by k.place)
     from generate_series(1, i.indnkeyatts) as k(place)),
    (select array_agg((i.indkey[k.place - 1] = 0)::text order by k.place)
     from generate_series(1, i.indnkeyatts) as k(place)),
    (select array_agg((i.indoption[k.place - 1])::text order by k.place)
     from generate_series(1, i.indnkeyatts) as k(place)),
    (select array_agg(a.attname::text order by k.place)
     from generate_series(i.indnkeyatts + 1, i.indnatts) as k(place)
     join pg_attribute a on a.attrelid = r.oid and a.attnum = i.indkey[k.place - 1]),
    pg_get_expr(i.indpred, i.indrelid),
    -- Whether it has operator classes and collations other than those of its columns' types.
    x.reloptions is null and x.reltablespace = 0 and i.indisvalid
        and not exists (select from generate_series(1, i.indnkeyatts) as k(place)
            join pg_opclass o on o.oid = i.indclass[k.place - 1]
            join pg_attribute xa on xa.attrelid = x.oid and xa.attnum = k.place
            join pg_type t on t.oid = xa.atttypid
            where not o.opcdefault or xa.attoptions is not null or xa.attstattarget >= 0
                or i.indcollation[k.place - 1] <> coalesce(
                    (select a.attcollation from pg_attribute a
                     where a.attrelid = r.oid and a.attnum = i.indkey[k.place - 1] and a.attnum <> 0),
                    t.typcollation)),
    (select array_agg(a.attname::text order by k.place)
     from generate_series(1, i.indnkeyatts) as k(place)
     left join pg_attribute a on a.attrelid = r.oid and a.attnum = i.indkey[k.place - 1]
        and a.attnum <> 0),
    pg_get_indexdef(x.oid)
        || coalesce((select string_agg(format(E';\nalter index %I.%I alter column %s set statistics %s',
            n.nspname, x.relname, xa.attnum, xa.attstattarget), '' order by xa.attnum)
            from pg_attribute xa where xa.attrelid = x.oid and xa.attstattarget >= 0), '')
from pg_index i join pg_class x on x.oid = i.indexrelid
join pg_class r on r.oid = i.indrelid and r.relkind = 'm'
join pg_namespace n on n.oid = r.relnamespace
join pg_am am on am.oid = x.relam
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname, x.relname
