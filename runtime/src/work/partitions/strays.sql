, marked as (
    -- Only who owns a table can say this of it.
    select c.oid, pg_catalog.format('%I.%I', parent.nspname, c.relname) as name,
        pg_catalog.obj_description(c.oid, 'pg_class') as mark
    from parent join pg_catalog.pg_class c on c.relnamespace = parent.relnamespace and c.relowner = parent.relowner
    where c.relkind = 'r' and not c.relispartition
)
select marked.oid, marked.name, marked.mark from marked
where pg_catalog.starts_with(marked.mark, {mark})
    and pg_catalog.substr(marked.mark, pg_catalog.length({mark}) + 1) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$'
    and pg_catalog.substr(marked.mark, pg_catalog.length({mark}) + 1) collate "C"
        <= pg_catalog.to_char(pg_catalog.now() at time zone 'UTC' - {keep}, 'YYYY-MM-DD HH24:MI:SS')
order by marked.name
