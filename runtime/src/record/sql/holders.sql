-- The live instances older than a place, or those that are not, in a clause each: the first twenty,
-- and how many there are.
create or replace function changeover.holders(history text, place integer, older boolean)
returns setof text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
        select case when h.number <= 20 then h.reason else format('%s more instances', h.count - 20) end
        from (
            select row_number() over (order by l.position, l.instance) as number,
                count(*) over () as count,
                format('instance "%s"%s was built with "%s"%s', changeover.shown(l.instance),
                    case when l.about <> '' then format(' (%s)', changeover.shown(l.about)) else '' end,
                    changeover.shown(l.head),
                    case when l.overdue
                        then format('; it has been silent for %s, and its session is still open',
                            date_trunc('second', l.silent))
                        else '' end) as reason
            from changeover.live_instances($1) l
            where (l.position < $2) = $3
        ) h
        where h.number <= 21
        order by h.number;
end
$$
