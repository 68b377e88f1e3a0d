-- Operators and functions of exactly the types that PostgreSQL compares as others, or as any.
set local search_path = pg_catalog;

do $do$
declare
    types text[] := array['varchar', 'bpchar', 'text[]', 'varchar[]', 'int4range', 'numeric', 'json',
        'public.mood', 'public.mood[]', 'public.size', 'public.code', 'public.parents', 'public.place',
        'name', 'jsonb', 'xml', 'point'];
    there text[] := array(select t from unnest(types) t where to_regtype(t) is not null);
    operators text[] := array['=', '<>', '<', '<=', '>', '>=', '*=', '*<>', '||', '~~'];
    functions text[] := array['num_nulls', 'num_nonnulls', 'lower', 'upper', 'char_length', 'length',
        'array_to_string', 'cardinality', 'hashtext'];
    one text;
    two text;
    name text;
begin
    foreach one in array there loop
        foreach two in array there || array['text', 'integer'] loop
            foreach name in array operators loop
                perform public.make_operator(name, one, two, 'boolean');
                perform public.make_operator(name, two, one, 'boolean');
            end loop;
            perform public.make('num_nulls', array[one, two], 'integer');
            perform public.make('num_nonnulls', array[one, two], 'integer');
            perform public.make('array_replace', array[one, two, two], one);
        end loop;
        foreach name in array functions loop
            perform public.make(name, array[one], 'integer');
        end loop;
    end loop;
    -- Numbers of two types meet in bounds.
    perform public.make_operator('>=', 'numeric', 'integer', 'boolean');
    perform public.make_operator('<', 'numeric', 'integer', 'boolean');
end $do$;
