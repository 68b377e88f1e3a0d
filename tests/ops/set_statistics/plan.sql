-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- set_statistics!(notes.title, 0)

-- 1/2 for the next `analyze`
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."notes" alter column "title" set statistics 0;
commit;

-- set_statistics!(notes.body, 1000)

-- 2/2 for the next `analyze`
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."notes" alter column "body" set statistics 1000;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."notes" alter column "body" set statistics 50;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
-- undo: alter table "public"."notes" alter column "title" set statistics 50;
-- undo: commit;
