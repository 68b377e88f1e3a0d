-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- set_storage!(notes.title, main)

-- 1/1 for new values; those that are there stay as they are
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
alter table "public"."notes" alter column "title" set storage main;
--
-- set_storage!(notes.body, external), under the same lock: for new values; those that are there
--   stay as they are
-- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
alter table "public"."notes" alter column "body" set storage external;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: alter table "public"."notes" alter column "body" set storage extended;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: alter table "public"."notes" alter column "title" set storage extended;
-- undo: commit;
