select 'pg_type'::regclass::oid, t.oid, n.nspname, t.typname, null, null,
    format('create type %I.%I as (%s)', n.nspname, t.typname, array_to_string(array(
        select format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
            || case when a.attcollation <> at.typcollation
                then format(' collate %I.%I', cn.nspname, c.collname) else '' end
        from pg_attribute a join pg_type at on at.oid = a.atttypid
        left join pg_collation c on c.oid = a.attcollation
        left join pg_namespace cn on cn.oid = c.collnamespace
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
        order by a.attnum), ', ')),
    'a type of several fields', null
from pg_type t join pg_namespace n on n.oid = t.typnamespace
join pg_class r on r.oid = t.typrelid and r.relkind = 'c'
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')

union all
select 'pg_type'::regclass::oid, t.oid, n.nspname, t.typname, null, null,
    format('create type %I.%I as range (%s)', n.nspname, t.typname, concat_ws(', ',
        'subtype = ' || format_type(g.rngsubtype, null),
        case when not o.opcdefault
            then format('subtype_opclass = %I.%I', opn.nspname, o.opcname) end,
        case when g.rngcollation <> s.typcollation
            then format('collation = %I.%I', cn.nspname, c.collname) end,
        case when g.rngcanonical <> 0 then 'canonical = ' || g.rngcanonical::regproc end,
        case when g.rngsubdiff <> 0 then 'subtype_diff = ' || g.rngsubdiff::regproc end,
        format('multirange_type_name = %I.%I', mn.nspname, m.typname))),
    'a type of ranges', null
from pg_type t join pg_namespace n on n.oid = t.typnamespace
join pg_range g on g.rngtypid = t.oid
join pg_type s on s.oid = g.rngsubtype
join pg_type m on m.oid = g.rngmultitypid
join pg_namespace mn on mn.oid = m.typnamespace
join pg_opclass o on o.oid = g.rngsubopc
join pg_namespace opn on opn.oid = o.opcnamespace
left join pg_collation c on c.oid = g.rngcollation
left join pg_namespace cn on cn.oid = c.collnamespace
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
order by 3, 4
