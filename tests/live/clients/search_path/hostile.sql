-- Functions and operators that raise, under the names of PostgreSQL's own: in schema `$schema`,
-- those of the very same arguments (`$exact`), and those whose arguments fit what is written more
-- closely than PostgreSQL's own do.
set local search_path = pg_catalog;

-- That one was called shows even where its error is caught: a sequence takes nothing back.
create sequence $schema.hijacked;
grant usage, select on sequence $schema.hijacked to public;

create function $schema.make(name text, arguments text[], result text) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    execute format('create function $schema.%I(%s) returns %s language plpgsql as %L', name,
        array_to_string(arguments, ', '), result,
        format('begin perform pg_catalog.nextval(%L); raise exception %L; end', '$schema.hijacked',
            format('hijacked by %s(%s)', name, array_to_string(arguments, ', '))));
exception when others then null; -- what cannot be made can hijack nothing
end $$;

create function $schema.make_operator(name text, one text, two text, result text) returns void
language plpgsql set search_path = pg_catalog as $$
declare
    procedure text := format('operator_%s', md5(format('%s %s %s', name, one, two)));
begin
    perform $schema.make(procedure, array[one, two], result);
    execute format('create operator $schema.%s (leftarg = %s, rightarg = %s, function = $schema.%I)',
        name, one, two, procedure);
exception when others then null;
end $$;

do $do$
declare
    own record;
    near text[][] := array[['text', 'name'], ['text', 'varchar'], ['text', '"char"'], ['text', 'oid'],
        ['bigint', 'integer'], ['integer', 'smallint'], ['bigint', 'oid'], ['regclass', 'oid'],
        ['regclass', 'text'], ['oid', 'regclass'], ['name', 'text']];
    types text[] := array['text', 'name', 'varchar', '"char"', 'oid', 'regclass', 'smallint',
        'integer', 'bigint', 'tid', 'boolean', 'int2vector', 'numeric'];
    pair text[];
    changed text[];
    one text;
    two text;
begin
    for own in
        select distinct proname, format_type(prorettype, null) as result,
            array(select format_type(a, null) from unnest(proargtypes) with ordinality as u(a, n)
                order by n) as arguments
        from pg_proc p
        where pronamespace = 'pg_catalog'::regnamespace and prokind = 'f' and not proretset
            and pronargs between 0 and 6 and proname !~ '^(RI_|pg_stat_get|.*(in|out|recv|send|sel|joinsel)$)'
            and not exists (select from unnest(proargtypes) a join pg_type t on t.oid = a
                where t.typtype = 'p' and t.typname not like 'any%')
    loop
        if $exact then
            perform $schema.make(own.proname, own.arguments, own.result);
        end if;
        foreach pair slice 1 in array near loop
            changed := array_replace(own.arguments, pair[1], pair[2]);
            if changed <> own.arguments then
                perform $schema.make(own.proname, changed, own.result);
            end if;
        end loop;
    end loop;

    -- Aggregates: a transition function that raises, for values and for none.
    create function $schema.of_text(text, text) returns text language plpgsql
        as $$ begin raise exception 'hijacked by an aggregate'; end $$;
    create function $schema.of_bigint(bigint, bigint) returns bigint language plpgsql
        as $$ begin raise exception 'hijacked by an aggregate'; end $$;
    create function $schema.of_name(text, name, text) returns text language plpgsql
        as $$ begin raise exception 'hijacked by an aggregate'; end $$;
    create aggregate $schema.string_agg(name, text) (sfunc = $schema.of_name, stype = text);
    create aggregate $schema.count(text) (sfunc = $schema.of_text, stype = text);
    create aggregate $schema.count(bigint) (sfunc = $schema.of_bigint, stype = bigint);
    create aggregate $schema.array_agg(text) (sfunc = $schema.of_text, stype = text);
    create aggregate $schema.array_agg(bigint) (sfunc = $schema.of_bigint, stype = bigint);

    -- What takes arguments of any type is at its best where a type is said.
    foreach one in array types loop
        perform $schema.make('num_nulls', array[one], 'integer');
        perform $schema.make('num_nonnulls', array[one], 'integer');
        perform $schema.make('concat', array[one], 'text');
        perform $schema.make('format', array['text', one], 'text');
        perform $schema.make('concat_ws', array['text', one], 'text');
        perform $schema.make('quote_nullable', array[one], 'text');
        perform $schema.make('quote_literal', array[one], 'text');
        foreach two in array types loop
            perform $schema.make('num_nulls', array[one, two], 'integer');
            perform $schema.make('concat', array[one, two], 'text');
            perform $schema.make('format', array['text', one, two], 'text');
            perform $schema.make('format', array['text', one, two, two], 'text');
            perform $schema.make_operator('||', one, two, 'text');
            for own in select unnest(array['=', '<>', '<', '<=', '>', '>=']) as operator loop
                if $exact or not exists (select from pg_operator where oprname = own.operator
                    and oprleft = one::regtype and oprright = two::regtype)
                then
                    perform $schema.make_operator(own.operator, one, two, 'boolean');
                end if;
            end loop;
            for own in select unnest(array['+', '-', '*', '/', '%', '&']) as operator loop
                if not exists (select from pg_operator where oprname = own.operator
                    and oprleft = one::regtype and oprright = two::regtype)
                then
                    perform $schema.make_operator(own.operator, one, two, 'bigint');
                end if;
            end loop;
        end loop;
    end loop;
end $do$;
