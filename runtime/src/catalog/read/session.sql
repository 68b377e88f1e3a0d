-- The server says every name but its own with the schema where nothing else is on the path, and
-- constants by these settings. To compile a query of ours takes longer than to run it.
select set_config(name, value, true)
from (values ('search_path', 'pg_catalog'), ('standard_conforming_strings', 'on'),
    ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'),
    ('bytea_output', 'hex'), ('extra_float_digits', '3'), ('quote_all_identifiers', 'off'), ('jit', 'off'))
    as setting (name, value)
