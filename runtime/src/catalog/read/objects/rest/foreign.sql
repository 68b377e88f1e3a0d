with option as (
    select o.list, nullif((select string_agg(format('%I %L', split_part(entry, '=', 1),
        substr(entry, strpos(entry, '=') + 1)), ', ' order by place)
        from unnest(o.list) with ordinality as e(entry, place)), '') as text
    from (
        select fdwoptions as list from pg_foreign_data_wrapper
        union select srvoptions from pg_foreign_server
        union select ftoptions from pg_foreign_table
        union select attfdwoptions from pg_attribute where attfdwoptions is not null
    ) o where o.list is not null
)
select 'pg_foreign_data_wrapper'::regclass::oid, w.oid, '' as schema, 'foreign data wrapper ' || w.fdwname as name,
    null::text, null::text,
    concat_ws(' ', format('create foreign data wrapper %I', w.fdwname),
        case when w.fdwhandler <> 0 then 'handler ' || w.fdwhandler::regproc end,
        case when w.fdwvalidator <> 0 then 'validator ' || w.fdwvalidator::regproc end,
        'options (' || o.text || ')'), 'where foreign tables come from', null::text
from pg_foreign_data_wrapper w left join option o on o.list = w.fdwoptions
where not exists (select from pg_depend d
    where d.classid = 'pg_foreign_data_wrapper'::regclass and d.objid = w.oid and d.deptype = 'e')

union all
select 'pg_foreign_server'::regclass::oid, s.oid, '', 'server ' || s.srvname, null, null,
    concat_ws(' ', format('create server %I', s.srvname), 'type ' || quote_literal(s.srvtype),
        'version ' || quote_literal(s.srvversion), format('foreign data wrapper %I', w.fdwname),
        'options (' || o.text || ')'), 'where foreign tables come from', null
from pg_foreign_server s join pg_foreign_data_wrapper w on w.oid = s.srvfdw
left join option o on o.list = s.srvoptions
where not exists (select from pg_depend d
    where d.classid = 'pg_foreign_server'::regclass and d.objid = s.oid and d.deptype = 'e')

union all
select 'pg_class'::regclass::oid, r.oid, n.nspname, 'foreign table ' || r.relname, null, null,
    format('create foreign table %I.%I (%s)', n.nspname, r.relname,
        array_to_string(array(
            select concat_ws(' ', format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)),
                'options (' || ao.text || ')',
                case when a.attcollation <> t.typcollation
                    then format('collate %I.%I', cn.nspname, c.collname) end,
                case when a.attgenerated = '' then 'default ' || pg_get_expr(e.adbin, e.adrelid)
                    else format('generated always as (%s) stored', pg_get_expr(e.adbin, e.adrelid)) end,
                case when a.attnotnull then 'not null' end)
            from pg_attribute a join pg_type t on t.oid = a.atttypid
            left join pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
            left join pg_collation c on c.oid = a.attcollation
            left join pg_namespace cn on cn.oid = c.collnamespace
            left join option ao on ao.list = a.attfdwoptions
            where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
            order by a.attnum)
        || array(select format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
            from pg_constraint k where k.conrelid = r.oid and k.contype = 'c' order by k.conname), ', '))
    || format(' server %I', s.srvname) || coalesce(' options (' || o.text || ')', ''),
    'a foreign table', case when r.relispartition then 'a foreign table that is a partition'
        when exists (select from pg_inherits i where i.inhrelid = r.oid)
        then 'a foreign table that inherits' end
from pg_foreign_table f join pg_class r on r.oid = f.ftrelid
join pg_namespace n on n.oid = r.relnamespace
join pg_foreign_server s on s.oid = f.ftserver
left join option o on o.list = f.ftoptions
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by 3, 4
