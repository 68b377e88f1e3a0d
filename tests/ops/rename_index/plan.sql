-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- rename_index!(by_email => users_by_email)

-- 1/1 locks the index alone, which blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
alter index "public"."by_email" rename to "users_by_email";
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: alter index "public"."users_by_email" rename to "by_email";
-- undo: commit;
