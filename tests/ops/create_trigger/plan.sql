-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_function!(stamp() returns trigger, language = plpgsql, body = "begin new.version:= new.version + 1; return new; end")

-- 1/6 a new function: nothing calls it yet
begin;
set local lock_timeout = '300ms';
create function "public"."stamp"() returns trigger
  language "plpgsql"
  set search_path = pg_catalog, public, pg_temp
as $changeover$begin new.version := new.version + 1; return new; end$changeover$;
commit;

-- create_function!(put() returns trigger, language = plpgsql, body = "begin update users set username = new.username where id = old.id; return new; end")

-- 2/6 a new function: nothing calls it yet
begin;
set local lock_timeout = '300ms';
create function "public"."put"() returns trigger
  language "plpgsql"
  set search_path = pg_catalog, public, pg_temp
as $changeover$begin update users set username = new.username where id = old.id; return new; end$changeover$;
commit;

-- create_function!(count() returns trigger, language = plpgsql, body = "begin insert into counts select count(*) from gone; return null; end")

-- 3/6 a new function: nothing calls it yet
begin;
set local lock_timeout = '300ms';
create function "public"."count"() returns trigger
  language "plpgsql"
  set search_path = pg_catalog, public, pg_temp
as $changeover$begin insert into counts select count(*) from gone; return null; end$changeover$;
commit;

-- create_trigger!(stamp on users, before(insert, update(username, note)), function = stamp, when = "new.username <> ''")

-- 4/6 it fires for what every build writes, from the commit on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "stamp" before insert or update of "username", "note" on "public"."users"
  for each row when (new.username <> '')
  execute function "public"."stamp"();
commit;

-- create_trigger!(put on names, instead_of(update), function = put)

-- 5/6 it fires for what every build writes, from the commit on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."names": blocks writes until the commit, brief; reads go on
create trigger "put" instead of update on "public"."names"
  for each row
  execute function "public"."put"();
commit;

-- create_trigger!(count on users, after(delete), each = statement, old_table = gone, function = count, args("users", "it's"))

-- 6/6 it fires for what every build writes, from the commit on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create trigger "count" after delete on "public"."users"
  referencing old table as "gone"
  for each statement
  execute function "public"."count"('users', 'it''s');
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger "count" on "public"."users";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."names": blocks reads and writes until the commit, brief
-- undo: drop trigger "put" on "public"."names";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop trigger "stamp" on "public"."users";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: drop function "public"."count"();
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: drop function "public"."put"();
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: drop function "public"."stamp"();
-- undo: commit;
