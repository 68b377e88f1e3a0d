-- Gives the NOT NULL of a column another name, on the table and all its partitions; whether it did. Where
-- one of them has its own name for it, or that name already, or it is the parent's, PostgreSQL would
-- refuse it.
create or replace function changeover.rename_not_null(relation regclass, was text, becomes text)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    fits boolean := (
        with recursive tree (id) as (
            select relation::oid
            union
            select i.inhrelid from tree join pg_inherits i on i.inhparent = tree.id
        )
        select bool_and(exists (select from pg_constraint c
                where c.conrelid = tree.id and c.conname = was and c.contype = 'n'
                    and (c.coninhcount = 0 or tree.id <> relation))
            and not exists (select from pg_constraint c
                where c.conrelid = tree.id and c.conname = becomes))
        from tree
    );
begin
    if fits then
        execute format('alter table %s rename constraint %I to %I', relation, was, becomes);
    end if;
    return fits;
end
$$
