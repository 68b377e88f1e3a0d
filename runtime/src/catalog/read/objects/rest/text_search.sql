select 'pg_ts_dict'::regclass::oid, t.oid, n.nspname, 'text search dictionary ' || t.dictname as name,
    null::text, null::text,
    format('create text search dictionary %I.%I (template = %I.%I%s)', n.nspname, t.dictname,
        tn.nspname, m.tmplname, coalesce(', ' || nullif(t.dictinitoption, ''), '')),
    'a dictionary of text search', null::text
from pg_ts_dict t join pg_namespace n on n.oid = t.dictnamespace
join pg_ts_template m on m.oid = t.dicttemplate
join pg_namespace tn on tn.oid = m.tmplnamespace
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_ts_dict'::regclass and d.objid = t.oid and d.deptype = 'e')

union all
select 'pg_ts_config'::regclass::oid, c.oid, n.nspname, 'text search configuration ' || c.cfgname,
    null, null,
    format('create text search configuration %I.%I (parser = %I.%I)', n.nspname, c.cfgname,
        pn.nspname, p.prsname)
    || coalesce((select string_agg(format(E';\nalter text search configuration %I.%I add mapping for %s with %s',
            n.nspname, c.cfgname, m.alias, m.dictionaries), '' order by m.alias)
        from (select t.alias, string_agg(format('%I.%I', dn.nspname, d.dictname), ', '
                order by m.mapseqno) as dictionaries
            from pg_ts_config_map m join ts_token_type(c.cfgparser) t on t.tokid = m.maptokentype
            join pg_ts_dict d on d.oid = m.mapdict
            join pg_namespace dn on dn.oid = d.dictnamespace
            where m.mapcfg = c.oid group by t.alias) m), ''),
    'a configuration of text search', null
from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace
join pg_ts_parser p on p.oid = c.cfgparser
join pg_namespace pn on pn.oid = p.prsnamespace
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_ts_config'::regclass and d.objid = c.oid and d.deptype = 'e')
order by 3, 4
