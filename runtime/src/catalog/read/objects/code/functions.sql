with argument as (
    select p.oid, a.place,
        coalesce(p.proargmodes[a.place]::text, 'i') as mode,
        coalesce(p.proargnames[a.place], '') as name,
        format_type(a.type, null) as type,
        case
            when e.typnamespace = 'pg_catalog'::regnamespace and e.typtype <> 'p' then 'own'
            when e.typtype not in ('d', 'e') or exists (select from pg_depend d
                where d.classid = 'pg_type'::regclass and d.objid = e.oid and d.deptype = 'e')
                then 'other'
            when exists (select from pg_type o where o.typname = e.typname
                and o.typnamespace = 'pg_catalog'::regnamespace) then 'hidden'
            else 'named'
        end as mark,
        pg_get_function_arg_default(p.oid, a.place::integer) as "default"
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover'),
        unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype) with ordinality
            as a(type, place)
        join pg_type b on b.oid = a.type
        join pg_type e on e.oid
            = case when b.typcategory = 'A' and b.typelem <> 0 then b.typelem else b.oid end
), arguments as (
    select a.oid, array_agg(a.mode order by a.place) as modes, array_agg(a.name order by a.place) as names,
        array_agg(a.type order by a.place) as types, array_agg(a.mark order by a.place) as marks,
        array_agg(a.default order by a.place) as defaults
    from argument a group by a.oid
)
select 'pg_proc'::regclass::oid, p.oid, n.nspname,
    format('%s(%s)', p.proname, array_to_string(array(
        select format_type(t.type, null) from unnest(p.proargtypes) with ordinality as t(type, place)
        order by t.place), ', ')),
    p.proname, l.lanname,
    -- The last one is what it returns.
    a.modes, a.names, a.types, a.marks, a.defaults,
    p.proretset,
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' end,
    p.proisstrict, p.prosecdef, p.proparallel = 's',
    p.proconfig, p.prosrc, pg_get_function_sqlbody(p.oid),
    -- Whether it is of a form that the macro takes.
    p.prokind = 'f' and not p.proleakproof and p.proparallel <> 'r' and p.prosupport = 0
        and p.protrftypes is null and p.probin is null and l.lanname not in ('c', 'internal')
        and p.procost = 100 and p.prorows = case when p.proretset then 1000 else 0 end,
    regexp_replace(pg_get_functiondef(p.oid), '^CREATE OR REPLACE ', 'create '),
    case p.prokind when 'p' then 'a procedure' when 'w' then 'a window function'
        else 'a function that `create_function!` cannot say' end
from pg_proc p join arguments a on a.oid = p.oid
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where p.prokind <> 'a' and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype in ('e', 'i'))
order by 3, 4
