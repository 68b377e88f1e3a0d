with part as (
    -- Of a table that others inherit, those would come along.
    select pr.prpubid, 'table' as word, case when r.relkind = 'r' and exists (
            select from pg_inherits h where h.inhparent = r.oid) then 'only ' else '' end
        || format('%I.%I', n.nspname, r.relname)
        || coalesce((select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
            from pg_attribute a where a.attrelid = r.oid and a.attnum::text in (
                select jsonb_array_elements_text(case when jsonb_typeof(to_jsonb(pr) -> 'prattrs') = 'array'
                    then to_jsonb(pr) -> 'prattrs' end))), '')
        || coalesce((select ' where ' || (to_jsonb(t) ->> 'rowfilter') from pg_publication_tables t
            where t.pubname = p.pubname and t.schemaname = n.nspname and t.tablename = r.relname), '')
        as text
    from pg_publication_rel pr join pg_publication p on p.oid = pr.prpubid
    join pg_class r on r.oid = pr.prrelid
    join pg_namespace n on n.oid = r.relnamespace
    -- Version 14 has no catalog of the schemas that are published; dependencies are there.
    union all
    select p.refobjid, 'tables in schema', quote_ident(n.nspname)
    from pg_depend d join pg_namespace n on d.refclassid = 'pg_namespace'::regclass and n.oid = d.refobjid
    join pg_depend p on p.classid = d.classid and p.objid = d.objid
        and p.refclassid = 'pg_publication'::regclass
    where d.classid = to_regclass('pg_catalog.pg_publication_namespace')
)
select 'pg_publication'::regclass::oid, p.oid, '', 'publication ' || p.pubname, null, null,
    format('create publication %I', p.pubname)
        || case when p.puballtables then ' for all tables' else coalesce(' for '
            || (select string_agg(w.text, ', ' order by w.text)
                from (select t.word || ' ' || string_agg(distinct t.text, ', ') as text
                    from part t where t.prpubid = p.oid group by t.word) w), '') end
        || coalesce(' with (' || nullif(concat_ws(', ',
            case when not (p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate)
                then format('publish = %L', concat_ws(', ', case when p.pubinsert then 'insert' end,
                    case when p.pubupdate then 'update' end, case when p.pubdelete then 'delete' end,
                    case when p.pubtruncate then 'truncate' end)) end,
            case when p.pubviaroot then 'publish_via_partition_root = true' end,
            case when to_jsonb(p) ->> 'pubgencols' = 's' then 'publish_generated_columns = stored' end),
            '') || ')', ''),
    'what is replicated', null
from pg_publication p
order by p.pubname
