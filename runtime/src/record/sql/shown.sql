-- A text as it may stand in a line that somebody reads: no character in it ends the line or turns
-- its direction, and it has an end.
create or replace function changeover.shown(value text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
begin
    return regexp_replace(
        left($1, 255) collate "C",
        '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]', '?', 'g'
    );
end
$$
