-- Makes each trigger of the table and its partitions anew whose `update of` lists one of the columns
-- `listed`, so that it lists those of `added` too that are there, behind the first of these or before
-- it; and those of `gone` no more. Whether it is enabled, and its comment, stay as they are.
create or replace function changeover.list_columns(
    tables regclass,
    listed name[] default '{}',
    added name[] default '{}',
    before boolean default false,
    gone name[] default '{}'
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    one record;
    wanted name[];
    name text;
    made text;
    list text;
    rest integer;
begin
    for one in
        select t.*, obj_description(t.oid, 'pg_trigger') as comment, array(
            select a.attname from unnest(t.tgattr) with ordinality c (number, place)
                join pg_attribute a on a.attrelid = t.tgrelid and a.attnum = c.number
            order by c.place) as columns
        from pg_trigger t
        where t.tgrelid in (select tables::oid union select p.relid from pg_partition_tree(tables) p)
            and t.tgparentid = 0 and not t.tgisinternal
        order by t.tgrelid, t.tgname
    loop
        continue when not one.columns && (listed || gone);
        wanted := array(
            select n.name from unnest(one.columns) with ordinality c (name, place)
                cross join lateral (
                    select c.name, 0 as place
                    union all
                    select a.attname, case when before then -a.attnum else a.attnum end
                    from pg_attribute a
                    where a.attrelid = one.tgrelid and a.attname = any (added)
                        and a.attname <> all (one.columns)
                        and c.place = (select min(p.place)
                            from unnest(one.columns) with ordinality p (name, place)
                            where p.name = any (listed))
                ) n
            where n.name <> all (gone)
            order by c.place, n.place);
        continue when wanted = one.columns or wanted = '{}';
        -- The list stands behind the trigger's name, which may hold anything.
        name := quote_ident(one.tgname);
        made := pg_get_triggerdef(one.oid);
        rest := strpos(made, name) + length(name);
        list := ' UPDATE OF ' || (select string_agg(quote_ident(c), ', ' order by place)
            from unnest(one.columns) with ordinality c (c, place));
        execute format('drop trigger %s on %s', name, one.tgrelid::regclass);
        execute left(made, rest - 1) || overlay(substr(made, rest)
            placing ' UPDATE OF ' || (select string_agg(quote_ident(c), ', ' order by place)
                from unnest(wanted) with ordinality c (c, place))
            from strpos(substr(made, rest), list) for length(list));
        execute format('alter table %s %s trigger %s', one.tgrelid::regclass,
            case one.tgenabled when 'D' then 'disable' when 'A' then 'enable always'
                when 'R' then 'enable replica' else 'enable' end, name);
        if one.comment is not null then
            execute format('comment on trigger %s on %s is %L', name, one.tgrelid::regclass, one.comment);
        end if;
    end loop;
end
$$
