select 'pg_statistic_ext'::regclass::oid, s.oid, n.nspname, 'statistics ' || s.stxname, rn.nspname, r.relname,
    regexp_replace(pg_get_statisticsobjdef(s.oid), '^CREATE STATISTICS', 'create statistics')
        || case when coalesce((to_jsonb(s) ->> 'stxstattarget')::integer, -1) < 0 then ''
            else format(E';\nalter statistics %I.%I set statistics %s', n.nspname, s.stxname,
                to_jsonb(s) ->> 'stxstattarget') end,
    'how columns go together', null
from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace
join pg_class r on r.oid = s.stxrelid
join pg_namespace rn on rn.oid = r.relnamespace
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
order by n.nspname, s.stxname
