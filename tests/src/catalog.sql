with relation as (
    select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover', $1)
), kind(letter, word) as (values
    ('r', 'table'), ('p', 'partitioned table'), ('v', 'view'), ('m', 'materialized view'),
    ('S', 'sequence'), ('i', 'index'), ('I', 'partitioned index'), ('f', 'foreign table')
), comment as (
    select classoid, objoid, objsubid, format(' comment %L', description) as text
    from pg_description
    -- The server's own come to thousands.
    where objoid >= 16384 or classoid = 'pg_namespace'::regclass
-- What was granted and revoked again leaves a list that says the same as none.
), relation_acl as (
    select r.oid, array_agg(entry::text order by entry::text) as list
    from relation r, unnest(coalesce(r.relacl,
        acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner))) as entry
    group by r.oid
)
select format('schema %I acl %s', nspname, (select array_agg(entry::text order by entry::text)
    from unnest(coalesce(nspacl, acldefault('n', nspowner))) as entry))
from pg_namespace
where nspname !~ '^pg_' and nspname not in ('information_schema', 'changeover', $1)

union all
select format('%s %s persistence %s replica identity %s security %s/%s options %s acl %s%s', k.word,
    r.name, r.relpersistence, r.relreplident, r.relrowsecurity, r.relforcerowsecurity,
    (select array_agg(entry order by entry) from unnest(r.reloptions) as entry), (select list from relation_acl a where a.oid = r.oid), d.text)
    || coalesce(' partition ' || pg_get_expr(r.relpartbound, r.oid), '')
    || case when r.relkind in ('v', 'm') then ' as ' || pg_get_viewdef(r.oid) else '' end
from relation r join kind k on k.letter = r.relkind
left join comment d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid and d.objsubid = 0
where r.relkind not in ('i', 'I', 'S')

union all
select format('column %s.%I %s', r.name, a.attname, format_type(a.atttypid, a.atttypmod))
    || case when a.attnotnull then ' not null' else '' end
    || case when a.attidentity <> '' then ' identity ' || a.attidentity::text else '' end
    || case when a.attgenerated <> '' then ' generated ' || a.attgenerated::text else '' end
    || coalesce(' default ' || pg_get_expr(e.adbin, e.adrelid), '')
    || case when a.attcollation <> t.typcollation
        then format(' collate %s', a.attcollation::regcollation) else '' end
    || coalesce(' acl ' || (select string_agg(entry::text, ',' order by entry::text)
        from unnest(a.attacl) as entry), '')
    || format(' storage %s', a.attstorage)
    || case when a.attcompression <> '' then format(' compression %s', a.attcompression) else '' end
    || case when a.attstattarget >= 0 then ' statistics ' || a.attstattarget else '' end
    || coalesce(' options ' || a.attoptions::text, '')
    || coalesce(d.text, '')
from relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef e on e.adrelid = r.oid and e.adnum = a.attnum
left join comment d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid
    and d.objsubid = a.attnum
where r.relkind in ('r', 'p', 'v', 'm', 'f')

-- From 18 on a NOT NULL is among them; a partition's has the name that its table had by itself.
union all
select format('constraint %s.%I %s%s%s', r.name, coalesce(above.conname, c.conname),
    pg_get_constraintdef(c.oid),
    case when c.convalidated then '' else ' (not validated)' end, d.text)
from relation r join pg_constraint c on c.conrelid = r.oid
-- A partition's is named as that of its table, whoever made it.
left join pg_constraint above on above.oid = c.conparentid
left join comment d on d.classoid = 'pg_constraint'::regclass and d.objoid = c.oid
where not (c.contype = 'n' and r.relispartition)

union all
select format('index %s%s%s%s%s%s',
    coalesce(format('of partition %s in ', i.indrelid::regclass) || above.inhparent::regclass,
        pg_get_indexdef(i.indexrelid)),
    case when i.indisvalid then '' else ' INVALID' end,
    case when i.indisreplident then ' (replica identity)' else '' end,
    case when i.indisclustered then ' (clustered)' else '' end,
    ' options ' || r.reloptions::text, d.text)
from relation r join pg_index i on i.indexrelid = r.oid
left join pg_inherits above on above.inhrelid = i.indexrelid
left join comment d on d.classoid = 'pg_class'::regclass and d.objoid = r.oid

union all
select format('trigger %s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled)
from relation r join pg_trigger t on t.tgrelid = r.oid
where not t.tgisinternal

union all
select format('sequence %s %s start %s by %s from %s to %s cache %s cycle %s owned by %s acl %s', r.name,
    format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
    s.seqcycle, case when o.name is not null then format('%s.%I', o.name, a.attname) end, (select list from relation_acl a where a.oid = r.oid))
from relation r join pg_sequence s on s.seqrelid = r.oid
left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = r.oid
    and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
left join relation o on o.oid = d.refobjid
left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid

union all
select format('function %s %s acl %s', p.oid::regprocedure, pg_get_functiondef(p.oid),
    (select array_agg(entry::text order by entry::text)
     from unnest(coalesce(p.proacl, acldefault('f', p.proowner))) as entry))
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover', $1)
    and p.prokind in ('f', 'p')

union all
select format('type %I.%I %s acl %s%s', n.nspname, t.typname, coalesce(
    (select format('enum %s', array_agg(e.enumlabel order by e.enumsortorder))
     from pg_enum e where e.enumtypid = t.oid),
    format('domain %s collate %s default %s%s %s', format_type(t.typbasetype, t.typtypmod),
        t.typcollation::regcollation, t.typdefault, case when t.typnotnull then ' not null' end,
        (select array_agg(format('%I %s %s', c.conname, pg_get_constraintdef(c.oid), c.convalidated)
            order by c.conname)
         from pg_constraint c where c.contypid = t.oid and c.contype <> 'n'))), (select array_agg(entry::text order by entry::text)
        from unnest(coalesce(t.typacl, acldefault('T', t.typowner))) as entry), d.text)
from pg_type t join pg_namespace n on n.oid = t.typnamespace
left join comment d on d.classoid = 'pg_type'::regclass and d.objoid = t.oid
where t.typtype in ('e', 'd') and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover', $1)

union all
select format('extension %I version %s schema %I', e.extname, e.extversion, n.nspname)
from pg_extension e join pg_namespace n on n.oid = e.extnamespace

union all
select format('policy %s.%I %s %s to %s using %s check %s', r.name, p.polname, p.polcmd,
    p.polpermissive,
    (select array_agg(role::regrole::text order by role::regrole::text)
     from unnest(p.polroles) as role),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
from relation r join pg_policy p on p.polrelid = r.oid

union all
select format('statistics %s', pg_get_statisticsobjdef(s.oid))
from pg_statistic_ext s join relation r on r.oid = s.stxrelid

union all
select format('rule %s', pg_get_ruledef(w.oid))
from pg_rewrite w join relation r on r.oid = w.ev_class
where w.rulename <> '_RETURN'

union all
select format('publication %I of %s', p.pubname, array(
    select format('%s.%s %s %s', t.schemaname, t.tablename, array(
            select name from jsonb_array_elements_text(to_jsonb(t) -> 'attnames') name order by 1),
        to_jsonb(t) ->> 'rowfilter')
    from pg_publication_tables t where t.pubname = p.pubname order by 1))
from pg_publication p

union all
select format('composite %I.%I %s', n.nspname, c.relname, array(
    select format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod))
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    order by a.attnum))
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'c' and n.nspname not in ('information_schema', 'changeover', $1)
    and n.nspname !~ '^pg_'
