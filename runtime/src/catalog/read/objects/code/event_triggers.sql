select 'pg_event_trigger'::regclass::oid, t.oid, '', 'event trigger ' || t.evtname, null, null,
    format('create event trigger %I on %s%s execute function %I.%I()', t.evtname, t.evtevent,
        coalesce(' when tag in (' || (select string_agg(quote_literal(tag), ', ' order by tag)
            from unnest(t.evttags) as tag) || ')', ''), n.nspname, p.proname)
        || case when t.evtenabled = 'O' then '' else format(E';\nalter event trigger %I %s', t.evtname,
            case t.evtenabled when 'D' then 'disable' when 'R' then 'enable replica'
                else 'enable always' end) end,
    'an event trigger, which a superuser makes', null
from pg_event_trigger t join pg_proc p on p.oid = t.evtfoid
join pg_namespace n on n.oid = p.pronamespace
where not exists (select from pg_depend d
    where d.classid = 'pg_event_trigger'::regclass and d.objid = t.oid and d.deptype = 'e')
order by t.evtname
