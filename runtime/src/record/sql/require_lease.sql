-- Refuses what no lease can be: texts that could not be shown, a time that is none, a place that no
-- history has.
create or replace function changeover.require_lease(
    instance text, head text, place integer, about text, lease interval
)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    perform changeover.require_text('instance', $1);
    perform changeover.require_text('head', $2);
    if btrim($1) = '' or btrim($2) = '' then
        raise exception 'a lease names its instance and the head of its build' using errcode = '22023';
    end if;
    perform changeover.require_text('text about the instance', $4);
    if $5 is null or $5 <= interval '0' or $5 > interval '1 day' then
        raise exception 'a lease lasts longer than no time and at most a day' using errcode = '22023';
    end if;
    if $3 not between 0 and 100000 then
        raise exception 'a place in a history is between 0 and 100000' using errcode = '22023';
    end if;
end
$$
