-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_schema!(extensions)

-- 1/5 an empty schema
begin;
set local lock_timeout = '300ms';
create schema "extensions";
commit;

-- create_extension!(citext)
-- note: the role that migrates needs the right to create `citext`: a superuser's, or `create`
--   on the database where the extension is a trusted one

-- 2/5 on databases that have it already, nothing happens
begin;
set local lock_timeout = '300ms';
do $changeover$
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'citext') then
    create extension "citext";
    comment on extension "citext" is 'made by changeover, whose undo drops it';
  end if;
end
$changeover$;
commit;

-- create_extension!(hstore, schema = extensions)
-- note: the role that migrates needs the right to create `hstore`: a superuser's, or `create`
--   on the database where the extension is a trusted one

-- 3/5 on databases that have it already, nothing happens
begin;
set local lock_timeout = '300ms';
do $changeover$
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'hstore') then
    create extension "hstore" schema "extensions";
    comment on extension "hstore" is 'made by changeover, whose undo drops it';
  end if;
end
$changeover$;
commit;

-- create_extension!(pg_trgm)
-- note: the role that migrates needs the right to create `pg_trgm`: a superuser's, or `create`
--   on the database where the extension is a trusted one

-- 4/5 on databases that have it already, nothing happens
begin;
set local lock_timeout = '300ms';
do $changeover$
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'pg_trgm') then
    create extension "pg_trgm";
    comment on extension "pg_trgm" is 'made by changeover, whose undo drops it';
  end if;
end
$changeover$;
commit;

-- add_column!(users.nick: sql("citext"))
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a
--   `copy` without a column list for good; name the columns instead

-- 5/5 touches no row: PostgreSQL keeps a constant or stable default in its catalog
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "nick" citext;
--
-- add_column!(users.tags: sql("extensions.hstore")), under the same lock: touches no row:
--   PostgreSQL keeps a constant or stable default in its catalog
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" add column "tags" extensions.hstore;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "tags";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" drop column "nick";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: do $changeover$
-- undo: begin
-- undo:   if exists (select from pg_catalog.pg_extension where extname = 'pg_trgm'
-- undo:       and pg_catalog.obj_description(oid, 'pg_extension') = 'made by changeover, whose undo drops it') then
-- undo:     drop extension "pg_trgm";
-- undo:   end if;
-- undo: end
-- undo: $changeover$;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: do $changeover$
-- undo: begin
-- undo:   if exists (select from pg_catalog.pg_extension where extname = 'hstore'
-- undo:       and pg_catalog.obj_description(oid, 'pg_extension') = 'made by changeover, whose undo drops it') then
-- undo:     drop extension "hstore";
-- undo:   end if;
-- undo: end
-- undo: $changeover$;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: do $changeover$
-- undo: begin
-- undo:   if exists (select from pg_catalog.pg_extension where extname = 'citext'
-- undo:       and pg_catalog.obj_description(oid, 'pg_extension') = 'made by changeover, whose undo drops it') then
-- undo:     drop extension "citext";
-- undo:   end if;
-- undo: end
-- undo: $changeover$;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: drop schema "extensions";
-- undo: commit;
