create or replace function changeover.refuse_change(history text, instance text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'instance "%" of history "%" is of role "%"', $2, $1,
        (select i.owner from changeover.instances i where i.history = $1 and i.instance = $2)
        using errcode = 'CO002', hint = 'take another name for this instance';
end
$$
