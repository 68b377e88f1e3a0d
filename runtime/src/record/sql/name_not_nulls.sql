-- Names each NOT NULL after its table whose name PostgreSQL derived from what the table was called
-- before, or from the table that it was a partition of. Before PostgreSQL 18 it has no name.
create or replace function changeover.name_not_nulls(relation regclass, was name)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.rename_not_null(relation, c.conname,
        changeover.not_null_name(r.relname, a.attname))
    from pg_constraint c join pg_class r on r.oid = c.conrelid
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.conrelid = relation and c.contype = 'n'
        and c.conname = changeover.not_null_name(was, a.attname);
end
$$
