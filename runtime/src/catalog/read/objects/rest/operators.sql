select 'pg_operator'::regclass::oid, o.oid, n.nspname,
    format('operator %s (%s, %s)', o.oprname, case when o.oprleft = 0 then 'none' else format_type(o.oprleft, null) end,
        format_type(o.oprright, null)) as name, null::text, null::text,
    format('create operator %I.%s (%s)', n.nspname, o.oprname, concat_ws(', ',
        'function = ' || o.oprcode::regproc,
        case when o.oprleft <> 0 then 'leftarg = ' || format_type(o.oprleft, null) end,
        'rightarg = ' || format_type(o.oprright, null),
        case when o.oprcom <> 0 then format('commutator = operator(%I.%s)', cn.nspname, c.oprname) end,
        case when o.oprnegate <> 0 then format('negator = operator(%I.%s)', nn.nspname, ne.oprname) end,
        case when o.oprrest <> 0 then 'restrict = ' || o.oprrest::regproc end,
        case when o.oprjoin <> 0 then 'join = ' || o.oprjoin::regproc end,
        case when o.oprcanhash then 'hashes' end,
        case when o.oprcanmerge then 'merges' end)), 'an operator', null::text
from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
left join pg_operator c on c.oid = o.oprcom
left join pg_namespace cn on cn.oid = c.oprnamespace
left join pg_operator ne on ne.oid = o.oprnegate
left join pg_namespace nn on nn.oid = ne.oprnamespace
where o.oprcode <> 0 and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_operator'::regclass and d.objid = o.oid and d.deptype = 'e')

union all
select 'pg_cast'::regclass::oid, c.oid, '',
    format('cast (%s as %s)', format_type(c.castsource, null), format_type(c.casttarget, null)), null, null,
    concat_ws(' ', format('create cast (%s as %s)', format_type(c.castsource, null),
            format_type(c.casttarget, null)),
        case c.castmethod when 'b' then 'without function' when 'i' then 'with inout'
            else 'with function ' || c.castfunc::regprocedure end,
        case c.castcontext when 'a' then 'as assignment' when 'i' then 'as implicit' end),
    'a cast', null
from pg_cast c
where c.oid >= 16384 and not exists (select from pg_depend d
    where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype in ('e', 'i'))
order by 3, 4
