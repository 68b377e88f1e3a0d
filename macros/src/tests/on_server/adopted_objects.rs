//! Databases with what is no table, and what each shows.

pub(super) const OBJECTS: &[(&str, &str)] = &[
    (
        "extensions",
        "create schema kept; create extension citext; create extension hstore schema kept",
    ),
    (
        "enums",
        r#"create schema "Odd Schema";
        create type status as enum ('pending', 'in transit', 'Done', '2nd', 'größe', 'it''s', 'a\b');
        create type "Odd Schema"."type" as enum ('select');
        create type quoted as enum ('a "word"', '');
        comment on type status is 'how far it''s \ "come"'"#,
    ),
    (
        "domains",
        r#"create domain email as text check (value like '%@%') not null;
        create domain positive as numeric(10, 2) default 1.5
            constraint "more than none" check (value > 0) check (value < 1e6);
        create domain code as varchar(20)[] collate "C" default array['x'::varchar]
            check (cardinality(value) > 0);
        create domain pattern as text check (value ~ '^\d+$' and value !~ E'\\\\');
        create domain over_domain as email check (length(value) > 3);
        create domain "Odd ""Name""" as interval day to second(3);
        create domain stamp as timestamp(3) with time zone default now();
        create domain "integer" as bigint;
        comment on domain email is 'ISO "x"';
        comment on constraint "more than none" on domain positive is 'why'"#,
    ),
    (
        "composite types and ranges",
        r#"create type point3d as (x real, y real, "Zed ""z""" double precision, note text collate "C");
        create type within as (first point3d, many point3d[]);
        create type floatrange as range (subtype = float8, subtype_diff = float8mi);
        create type empty_type as ();
        comment on type point3d is 'where';
        comment on column point3d.x is 'how far'"#,
    ),
    (
        "functions",
        r#"create function plain(a integer, b integer default 7) returns integer language sql immutable strict
            parallel safe as 'select a + b';
        create function "Odd Name"("Arg" text default 'it''s', in "out" text default 'x', variadic rest text[] default '{}')
            returns text language sql stable set search_path = pg_catalog, public, pg_temp
            as $body$ select $$inner \ body$$ || "Arg" $body$;
        create function outs(text, out head text, inout rest integer default 0) language sql
            as 'select left($1, 1), rest';
        create function many() returns setof integer language sql as 'select generate_series(1, 3)';
        create function rows(n integer) returns table(a integer, "B" text) language sql
            as 'select n, ''x''::text';
        create function records(out a integer, out b integer) returns setof record language sql
            as 'select 1, 2';
        create function any_of(a anyelement, b anyarray) returns anyelement language sql as 'select a';
        create function nothing() returns void language plpgsql as $$
        begin
            -- a comment with "quotes" and \ and $tag$ x $tag$
            raise notice '%', 'a';
        end $$;
        create function standard(a integer) returns integer language sql return a * 2;
        create function standard_block(a integer) returns integer language sql
            begin atomic select a; select a + 1; end;
        create function touch() returns trigger language plpgsql as 'begin return new; end'"#,
    ),
    (
        "functions that the macro cannot say",
        r#"create procedure run(inout a integer) language plpgsql as $$ begin a := a + 1; end $$;
        create function costly() returns setof integer language sql cost 5 rows 7
            as 'select 1';
        create function set_some() returns text language sql set search_path = '' set work_mem = '1MB'
            as $$ select 'x' $$;
        create function public_path() returns text language sql set search_path = public
            as $$ select 'x' $$;
        create function own_path() returns text language sql set search_path = pg_catalog, pg_temp
            as $$ select 'x' $$;
        create function leak(a integer) returns boolean language plpgsql leakproof parallel restricted
            as $$ begin return true; end $$;
        create function "quoted ""name"""() returns text language sql as $$ select $function$x$function$ $$;
        create function ours() returns text language plpgsql as 'begin return ''$changeover$''; end';
        create function line_ends() returns text language plpgsql as E'begin\r\n return ''\x7f''; end';
        create function lower_int(internal) returns internal language internal as 'int4_accum';
        comment on function costly() is 'dear';
        comment on procedure run(integer) is 'runs'"#,
    ),
    (
        "functions with the rights of their owner",
        r"create function closed() returns integer language sql security definer
            set search_path = pg_catalog, pg_temp as 'select 1';
        revoke execute on function closed() from public;
        create function open() returns integer language sql security definer
            set search_path = pg_catalog, pg_temp as 'select 1';
        create function of_caller() returns integer language sql security definer as 'select 1';
        create function no_longer() returns integer language sql as 'select 1';
        revoke execute on function no_longer() from public",
    ),
    (
        "rows of tables as types",
        r#"create schema "Two Words"; create table "Two Words".plain (id integer, note text);
        create table "Two Words"."T ""t""" (id integer, of "Two Words".plain[]);
        create function of_row(given "Two Words".plain) returns setof "Two Words".plain language sql as 'select given.*';
        create function of_many(given "Two Words".plain[], other "Two Words"."T ""t""") returns "Two Words".plain[] language sql as 'select given';
        create function tabled(a integer, variadic b "Two Words".plain[]) returns table(c "Two Words".plain, d "Two Words".plain[])
            language sql as 'select null::"Two Words".plain, b';
        create function outs(out a "Two Words".plain, inout b "Two Words".plain default null) language sql as 'select b, b';
        create function pick(a "Two Words".plain, b "Two Words".plain) returns "Two Words".plain language sql immutable as 'select b';
        create function as_text(a "Two Words".plain) returns text language sql as 'select a.note';
        create procedure "Two Words".run(a "Two Words".plain) language sql as 'select 1';
        revoke execute on function of_row("Two Words".plain), of_many("Two Words".plain[], "Two Words"."T ""t""") from public;
        grant execute on function of_row("Two Words".plain) to pg_monitor;
        grant execute on procedure "Two Words".run("Two Words".plain) to pg_monitor;
        comment on function of_row("Two Words".plain) is 'of a row';
        create domain "Two Words".noted as "Two Words".plain check ((value).note is not null);
        create type "Two Words".pair as (one "Two Words".plain, many "Two Words".plain[], checked "Two Words".noted);
        create aggregate "Two Words".last_of("Two Words".plain) (sfunc = public.pick, stype = "Two Words".plain);
        create operator public.@+ (function = public.pick, leftarg = "Two Words".plain, rightarg = "Two Words".plain);
        create cast ("Two Words".plain as text) with function as_text("Two Words".plain) as assignment;
        create table holding (a "Two Words".plain default row(1, 'x')::"Two Words".plain, b "Two Words".plain[] default '{}',
            c "Two Words".noted, d "Two Words".pair, e "Two Words"."T ""t""", check (a is distinct from row(2, 'y')::"Two Words".plain));
        create policy own on "Two Words".plain using (pick(plain.*, plain.*) is not null and as_text(plain.*) <> '');
        create function touch() returns trigger language plpgsql as 'begin return new; end';
        create trigger changed before update on "Two Words".plain for each row
            when (as_text(new.*) is distinct from as_text(old.*)) execute function touch();
        create view whole as select p as one, array[p] as many from "Two Words".plain p;
        create index ids on "Two Words".plain (id)"#,
    ),
    (
        "aggregates",
        r"create function add(a numeric, b numeric) returns numeric language sql immutable as 'select a + b';
        create aggregate total(numeric) (sfunc = add, stype = numeric, initcond = '0', combinefunc = add,
            parallel = safe);
        create aggregate moving(numeric) (sfunc = numeric_add, stype = numeric, msfunc = numeric_add,
            minvfunc = numeric_sub, mstype = numeric, sortop = >);
        create aggregate firsts(order by anyelement) (sfunc = ordered_set_transition, stype = internal,
            finalfunc = mode_final, finalfunc_extra);
        comment on aggregate total(numeric) is 'all of it'",
    ),
    (
        "operators, casts, collations, text search",
        r#"create function same(a point, b point) returns boolean language sql immutable as 'select $1 ~= $2';
        create operator public.=== (function = same, leftarg = point, rightarg = point, commutator = operator(public.===));
        create type label as (text text);
        create function to_label(text) returns label language sql as 'select row($1)::label';
        create cast (text as label) with function to_label(text) as assignment;
        create collation "Own" (locale = 'C');
        create collation german (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
        create text search dictionary plain_words (template = simple, stopwords = 'english');
        create text search configuration english_plain (copy = english);
        alter text search configuration english_plain alter mapping for asciiword with plain_words, simple;
        comment on collation german is 'like a phone book';
        comment on operator === (point, point) is 'same'"#,
    ),
    (
        "event triggers",
        r"create function on_ddl() returns event_trigger language plpgsql as 'begin end';
        create event trigger watch on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE')
            execute function on_ddl();
        alter event trigger watch disable;
        comment on event trigger watch is 'looks'",
    ),
    (
        "views of no table",
        r#"create view numbers as select 1 as one, 'a\b' as "Two Words";
        create view valued as values (1, 'x'), (2, 'y');
        create view unnamed as select 1;
        create view renamed("A", b) as select one, "Two Words" from numbers;
        create view escaped as select E'tab\there;--' as a, '$1' as b;
        create view joined with (security_barrier) as
            with recursive r(n) as (select 1 union all select n + 1 from r where n < 3)
            select r.n, numbers.one from r join numbers on numbers.one = r.n;
        create view catalog as select relname from pg_class;
        comment on view numbers is 'how many "numbers"';
        comment on column numbers.one is 'the first'"#,
    ),
    (
        "privileges",
        r#"do $$ begin create role adopted_app; exception when duplicate_object then null; end $$; do $$ begin create role "adopted ""Role"""; exception when duplicate_object then null; end $$; do $$ begin create role "Adopted"; exception when duplicate_object then null; end $$;
        create schema own;
        create view v as select 1 as a, 2 as b;
        grant select, update (a, b) on v to adopted_app;
        grant select (a) on v to "Adopted" with grant option;
        grant all on v to public;
        revoke delete on v from public;
        grant select on v to "adopted ""Role""";
        grant usage on schema own to adopted_app, public;
        grant create on schema own to adopted_app with grant option;
        grant create on schema public to adopted_app;
        revoke usage on schema public from public;
        create type kind as enum ('a');
        revoke usage on type kind from public;
        grant usage on type kind to adopted_app;
        create domain dom as text;
        revoke usage on domain dom from public;
        create function f(a text, b kind, c kind[], d character varying) returns text language sql as 'select a';
        grant execute on function f to adopted_app;
        revoke execute on function f from public;
        create procedure p(a text) language plpgsql as 'begin end';
        grant execute on procedure p to "Adopted";
        alter default privileges grant select on tables to adopted_app;
        alter default privileges in schema own grant execute on functions to "Adopted" with grant option;
        alter default privileges revoke execute on functions from public"#,
    ),
    (
        "foreign tables",
        r#"create foreign data wrapper wrapper options (debug 'true');
        create server far type 't' version '1' foreign data wrapper wrapper options (host 'here', dbname 'a ''b''');
        create foreign table remote (id integer options (name 'k') not null, note text default 'x' collate pg_catalog."C")
            server far options (table_name 'other');
        grant usage on foreign server far to public;
        comment on foreign table remote is 'far away';
        comment on column remote.id is 'its number'"#,
    ),
    (
        "publications",
        "create publication all_of_it for all tables with (publish = 'insert, delete')",
    ),
    (
        "views of tables",
        r#"create schema "Sales Data";
        create table users (id bigint primary key, name text not null, plan text);
        create table "Sales Data"."Order Lines" ("Order Id" bigint primary key, total numeric, day date);
        create function plan_of(u users) returns text language sql stable as 'select u.plan';
        create view named as select u.id, u.name, plan_of(u.*) as plan from users u where u.name ~ '\w+';
        create view open_users with (security_barrier, check_option = local) as
            select id, name from users where plan is null;
        create view over_named as select id, count(*) from named group by id;
        alter view open_users alter column name set default 'nobody';
        create materialized view totals as
            select "Order Id" as id, sum(total) as total, day from "Sales Data"."Order Lines" group by 1, 3;
        create unique index totals_id on totals (id);
        create index on totals (day desc, total) where total > 0;
        create index lower_total on totals ((total::text) text_pattern_ops);
        create index included on totals (total desc nulls last) include (day);
        create materialized view unfilled as select id from named with no data;
        create materialized view over_totals with (fillfactor = 70) as select max(total) as most from totals;
        create view over_all as select most from over_totals;
        comment on materialized view totals is 'sums'; comment on index totals_id is 'its key'"#,
    ),
    (
        "triggers",
        r#"create table t (id integer primary key, "A" text, b text);
        create table other (id integer);
        create view v as select id, b from t;
        create function touch() returns trigger language plpgsql as 'begin return new; end';
        create function odd_touch() returns trigger language plpgsql cost 5 as 'begin return new; end';
        create trigger plain before insert or update of "A", b on t for each row
            when (pg_trigger_depth() = 0) execute function touch('it''s', 'a\b', '');
        create trigger changed after update on t for each row
            when (old.* is distinct from new.*) execute function touch();
        create trigger each_statement after delete or truncate on t execute function touch();
        create trigger seen after update on t referencing old table as was new table as "Is"
            for each statement execute function touch();
        create trigger instead instead of insert on v for each row execute function touch();
        create trigger odd before insert on t for each row execute function odd_touch();
        create constraint trigger checked after insert on t deferrable initially deferred
            for each row execute function touch();
        create trigger own before update on t for each row
            execute function suppress_redundant_updates_trigger();
        create trigger zzz_last before insert on t for each row execute function touch();
        create trigger off before insert on other for each row execute function touch();
        alter table other disable trigger off;
        alter table t enable always trigger changed;
        create rule "No Deletes" as on delete to other do instead nothing;
        create rule logged as on insert to v do also insert into other values (new.id);
        alter table other disable rule "No Deletes";
        comment on trigger plain on t is 'why';
        comment on rule logged on v is 'as well'"#,
    ),
    (
        "row-level security",
        r#"do $$ begin create role adopted_reader; exception when duplicate_object then null; end $$; do $$ begin create role "Adopted Writer"; exception when duplicate_object then null; end $$;
        create table t (id integer, owner text); create table closed (id integer);
        create table forced (id integer); create table idle (id integer);
        create policy own on t for select to adopted_reader, "Adopted Writer"
            using (owner = current_user and owner ~ '\d' and exists (select from closed c where c.id = t.id));
        create policy "Written" on t as restrictive for insert with check (owner <> '');
        create policy all_of_it on forced using (true) with check (id > 0);
        alter table t enable row level security;
        alter table closed enable row level security;
        alter table forced enable row level security, force row level security;
        alter table idle force row level security;
        comment on policy own on t is 'theirs'"#,
    ),
    (
        "replication",
        r"create schema kept;
        create table t (id integer primary key, code text not null unique, hidden text);
        create table kept.one (id integer primary key); create table two (id integer);
        create table three (id integer not null); create unique index three_id on three (id);
        alter table t replica identity using index t_code_key;
        alter table two replica identity full; alter table kept.one replica identity nothing;
        alter table three replica identity using index three_id;
        create publication of_some for table t, two with (publish = 'insert', publish_via_partition_root);
        create publication nothing_yet;
        create statistics s (ndistinct, dependencies) on id, code from t;
        create statistics exprs on (id + 1), code from t;
        alter statistics s set statistics 500;
        comment on statistics s is 'go together';
        comment on publication of_some is 'some of it'",
    ),
    (
        "privileges on tables",
        r#"do $$ begin create role adopted_one; exception when duplicate_object then null; end $$; do $$ begin create role "Adopted ""Two"""; exception when duplicate_object then null; end $$;
        create table t (id integer generated always as identity, a text, "B c" text);
        create sequence numbers;
        grant select, insert (a, "B c") on t to adopted_one;
        grant references on t to adopted_one with grant option;
        grant usage on sequence numbers to adopted_one;
        grant select on sequence t_id_seq to adopted_one;
        grant all on t to "Adopted ""Two""";
        grant select (id) on t to public"#,
    ),
    (
        "functions over tables",
        r"create table t (id integer, note text);
        create function rows_of(given t) returns setof t language sql as 'select given.*';
        create function read_t() returns bigint language sql begin atomic select count(*) from t; end;
        create function checks(value text) returns boolean language sql immutable as 'select value <> ''x''';
        create table after_it (id integer, note text check (checks(note)), at timestamptz);
        create function later() returns bigint language sql as 'select count(*) from after_it';
        create view over_function as select * from rows_of(row(1, 'x')::t)",
    ),
    (
        "what is on partitions",
        r"do $$ begin create role adopted_part; exception when duplicate_object then null; end $$;
        create table events (at date not null, id bigint, note text) partition by range (at);
        create table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');
        create table events_2021 partition of events for values from ('2021-01-01') to ('2022-01-01');
        create function touch() returns trigger language plpgsql as 'begin return new; end';
        create trigger whole before insert on events for each row execute function touch();
        create trigger one before update on events_2020 for each row execute function touch();
        alter table events_2021 disable trigger whole;
        create policy own on events using (id > 0); alter table events enable row level security;
        create policy part on events_2020 using (id > 1); alter table events_2020 enable row level security;
        grant select on events, events_2020 to adopted_part;
        alter table events_2020 replica identity full;
        create view of_part as select id from events_2020;
        create statistics of_2020 on id, note from events_2020;
        comment on policy part on events_2020 is 'theirs'",
    ),
    (
        "bodies and texts that quote",
        r###"create function quoted() returns text language plpgsql as $outer$
        begin
            return $$a "b" # "# "## \n \ 'it''s' $x$ r#"raw"# $$ || E'\t\\';
        end $outer$;
        create function lines() returns text language sql as E'\n  select\n\t''a\r\nb''\n';
        create view texts as select 'it''s "quoted" \ and # "#' as a, E'two\nlines' as b, 'r#"x"#' as "c d";
        create domain checked as text check (value <> 'a"b\c' and value !~ '^\s+$')
            default 'x"y' ;
        comment on function quoted() is 'it''s "so" \ and
        more';
        comment on view texts is E'a\tb\r\nc'"###,
    ),
];
