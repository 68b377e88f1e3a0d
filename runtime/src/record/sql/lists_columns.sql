-- Whether a trigger of the table or its partitions lists one of the columns in its `update of`. It
-- locks none of them, which `pg_partition_tree` would.
create or replace function changeover.lists_columns(tables regclass, columns name[])
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from pg_trigger t join pg_attribute a on a.attrelid = t.tgrelid and a.attnum = any (t.tgattr)
        where t.tgrelid in (
                with recursive tree (id) as (
                    select tables::oid
                    union
                    select i.inhrelid from tree join pg_inherits i on i.inhparent = tree.id
                )
                select id from tree
            )
            and not t.tgisinternal and a.attname = any (columns)
    )
$$
