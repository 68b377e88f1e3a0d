, key as materialized (
    select k.*, l.oid is not null as is_late, l.validated, r.nspname, r.relname, r.way, pg_get_constraintdef(k.oid) as definition,
        -- Versions before 15 have no such column.
        case when k.confdeltype in ('n', 'd') then to_jsonb(k) -> 'confdelsetcols' end as set_columns
    from relation r join pg_constraint k on k.conrelid = r.oid left join late l on l.oid = k.oid
    where (r.way in ('table', 'partition') or k.contype = 'f' or l.oid is not null) and k.contype in ('p', 'u', 'c', 'f', 'x')
        -- A partition has the constraints of its table by itself.
        and k.conparentid = 0 and (r.way = 'table' or k.coninhcount = 0)
)
select k.conrelid, k.nspname, k.relname, k.conname, k.contype, k.definition,
    k.condeferrable, k.condeferred, k.convalidated, k.connoinherit,
    (select string_agg(a.attname, chr(10) order by u.place)
        from unnest(k.conkey) with ordinality u (attnum, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
    (select string_agg(a.attname, chr(10) order by u.place)
        from unnest(i.indkey::int2[]) with ordinality u (attnum, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
        where u.place > i.indnkeyatts),
    case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end,
    t.nspname, t.relname,
    (select string_agg(a.attname, chr(10) order by u.place)
        from unnest(k.confkey) with ordinality u (attnum, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum),
    k.confupdtype, k.confdeltype,
    (select string_agg(a.attname, chr(10) order by u.place)
        from jsonb_array_elements_text(case when jsonb_typeof(k.set_columns) = 'array'
            then k.set_columns end) with ordinality u (attnum, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum::int2),
    k.confmatchtype = 'f', 
    case when k.contype = 'u' then (to_jsonb(i) ->> 'indnullsnotdistinct')::bool end, m.amname,
    pg_get_expr(i.indpred, i.indrelid), array_to_string(c.reloptions, chr(10)),
    (select s.spcname from pg_tablespace s where s.oid = c.reltablespace),
    c.relname,
    -- Whether a macro can say it, as far as the catalogs tell.
    k.way = 'table' and not k.is_late and k.definition not like '% NOT ENFORCED'
        and k.definition not like '% WITHOUT OVERLAPS)%' and k.definition !~ '^FOREIGN KEY .*PERIOD '
        and (k.contype <> 'f' or (t.way = 'table' and not exists (
            select from unnest(k.conkey, k.confkey) u (own, other)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.own
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.other
            join pg_type x on x.oid = a.atttypid
            join pg_type y on y.oid = b.atttypid
            where format_type(x.oid, a.atttypmod) <> format_type(y.oid, b.atttypmod)
                -- A baseline takes those that are compared all the same.
                and not (x.typname in ('int2', 'int4', 'int8') and y.typname in ('int2', 'int4', 'int8'))
                and not (x.typname in ('text', 'varchar') and y.typname in ('text', 'varchar'))))),
    k.validated, k.oid, k.is_late or k.contype = 'f'
from key k
left join relation t on t.oid = k.confrelid
left join pg_index i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_class c on c.oid = i.indexrelid
left join pg_am m on m.oid = c.relam
order by k.nspname, k.relname, position(k.contype::text in 'pucfx'), k.conname
