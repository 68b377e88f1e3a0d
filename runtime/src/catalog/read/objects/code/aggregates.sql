select 'pg_proc'::regclass::oid, p.oid, n.nspname,
    format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), null, null,
    format('create aggregate %I.%I(%s) (', n.nspname, p.proname,
        case when a.aggnumdirectargs = 0 and p.pronargs = 0 then '*'
            else pg_get_function_arguments(p.oid) end)
    || array_to_string(array_remove(array[
        'sfunc = ' || a.aggtransfn::regproc,
        'stype = ' || format_type(a.aggtranstype, null),
        case when a.aggtransspace <> 0 then 'sspace = ' || a.aggtransspace end,
        case when a.aggfinalfn <> 0 then 'finalfunc = ' || a.aggfinalfn::regproc end,
        case when a.aggfinalextra then 'finalfunc_extra' end,
        case when a.aggfinalfn <> 0 and a.aggfinalmodify <> case when a.aggkind = 'n' then 'r' else 'w' end
            then 'finalfunc_modify = ' || m.word end,
        case when a.aggcombinefn <> 0 then 'combinefunc = ' || a.aggcombinefn::regproc end,
        case when a.aggserialfn <> 0 then 'serialfunc = ' || a.aggserialfn::regproc end,
        case when a.aggdeserialfn <> 0 then 'deserialfunc = ' || a.aggdeserialfn::regproc end,
        'initcond = ' || quote_literal(a.agginitval),
        case when a.aggmtransfn <> 0 then 'msfunc = ' || a.aggmtransfn::regproc end,
        case when a.aggminvtransfn <> 0 then 'minvfunc = ' || a.aggminvtransfn::regproc end,
        case when a.aggmtranstype <> 0 then 'mstype = ' || format_type(a.aggmtranstype, null) end,
        case when a.aggmtransspace <> 0 then 'msspace = ' || a.aggmtransspace end,
        case when a.aggmfinalfn <> 0 then 'mfinalfunc = ' || a.aggmfinalfn::regproc end,
        case when a.aggmfinalextra then 'mfinalfunc_extra' end,
        case when a.aggmfinalfn <> 0 and a.aggmfinalmodify <> case when a.aggkind = 'n' then 'r' else 'w' end
            then 'mfinalfunc_modify = ' || mm.word end,
        'minitcond = ' || quote_literal(a.aggminitval),
        case when a.aggsortop <> 0
            then format('sortop = operator(%I.%s)', (select nspname from pg_namespace where oid = o.oprnamespace), o.oprname) end,
        case when a.aggkind = 'h' then 'hypothetical' end,
        case p.proparallel when 's' then 'parallel = safe' when 'r' then 'parallel = restricted' end
    ], null), ', ') || ')',
    'an aggregate', null
from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid
join pg_namespace n on n.oid = p.pronamespace
left join pg_operator o on o.oid = a.aggsortop
left join (values ('r', 'read_only'), ('s', 'shareable'), ('w', 'read_write')) as m(letter, word)
    on m.letter = a.aggfinalmodify::text
left join (values ('r', 'read_only'), ('s', 'shareable'), ('w', 'read_write')) as mm(letter, word)
    on mm.letter = a.aggmfinalmodify::text
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
order by 3, 4
