-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- replace_trigger!(show on users, before(insert, update(username)), function = show)

-- 1/1 in its place, so that no write goes by between the two
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
create or replace trigger "show" before insert or update of "username" on "public"."users"
  for each row
  execute function "public"."show"();
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."users": blocks writes until the commit, brief; reads go on
-- undo: create or replace trigger "show" before insert or update on "public"."users"
-- undo:   for each row
-- undo:   execute function "public"."show"();
-- undo: commit;
