-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- change_domain!(email, default = "unknown@example.org")

-- 1/2 for new rows; those that are there keep their values
begin;
set local lock_timeout = '300ms';
alter domain "public"."email" set default 'unknown@example.org';
commit;

-- change_domain!(nick, default = none)

-- 2/2 for new rows; those that are there keep their values
begin;
set local lock_timeout = '300ms';
alter domain "public"."nick" drop default;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: alter domain "public"."nick" set default 'anon';
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: alter domain "public"."email" set default 'nobody@example.org';
-- undo: commit;
