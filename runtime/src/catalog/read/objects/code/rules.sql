select 'pg_rewrite'::regclass::oid, w.oid, n.nspname, 'rule ' || w.rulename, n.nspname, r.relname,
    rtrim(pg_get_ruledef(w.oid), ';')
        || case when w.ev_enabled = 'O' then '' else format(E';\nalter table %I.%I %s rule %I',
            n.nspname, r.relname, case w.ev_enabled when 'D' then 'disable'
                when 'R' then 'enable replica' else 'enable always' end, w.rulename) end,
    'a rule', null
from pg_rewrite w join pg_class r on r.oid = w.ev_class
join pg_namespace n on n.oid = r.relnamespace
where w.rulename <> '_RETURN' and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname, w.rulename
