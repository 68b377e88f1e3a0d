-- The name that PostgreSQL derives for the NOT NULL of a column, from 18 on: of what is too long it
-- shortens the longer of table and column until both have 53 bytes, and to whole characters.
create or replace function changeover.not_null_name(of_table name, of_column name)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format('%s_%s_not_null', (
            select left(of_table, n) from generate_series(length(of_table), 0, -1) n
            where octet_length(left(of_table, n)) <= room limit 1
        ), (
            select left(of_column, n) from generate_series(length(of_column), 0, -1) n
            where octet_length(left(of_column, n)) <= 53 - least(room, octet_length(of_table::text)) limit 1
        ))
    from greatest(53 - octet_length(of_column::text), least(27, octet_length(of_table::text))) room
$$
