-- Refuses a text of a caller's that could not be shown as it is.
create or replace function changeover.require_text(what text, value text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if $2 is null or $2 is distinct from changeover.shown($2) then
        raise exception 'the % of a lease is missing, is longer than 255 characters or holds a control character', $1
            using errcode = '22023', hint = 'give one that can be read in a log';
    end if;
end
$$
