-- Lets the NOT NULL of one column take the name of another's that it takes the place of, and give its
-- own for it; but a name that PostgreSQL derived from the other column's stays with that. Before
-- PostgreSQL 18 a NOT NULL has no name, and nothing is done.
create or replace function changeover.take_not_null_name(relation regclass, column_name name, other name)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    own text;
    given text;
    derived text;
begin
    select c.conname into own from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid
        and a.attnum = c.conkey[1]
    where c.conrelid = relation and c.contype = 'n' and a.attname = column_name;
    select c.conname, changeover.not_null_name(r.relname, other) into given, derived
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        join pg_class r on r.oid = c.conrelid
    where c.conrelid = relation and c.contype = 'n' and a.attname = other;
    if own is null or given is null
        or (starts_with(given, derived) and substr(given, length(derived) + 1) ~ '^[0-9]*$')
    then
        return;
    end if;
    if changeover.rename_not_null(relation, given, 'changeover_' || md5(given)) then
        perform changeover.rename_not_null(relation, own, given);
        perform changeover.rename_not_null(relation, 'changeover_' || md5(given), own);
    end if;
end
$$
