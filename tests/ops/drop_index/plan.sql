-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_index!(users_username_idx)

-- 1/1 no build needs the index any more
set statement_timeout = 0;
set lock_timeout = '300s';
-- waits for transactions that use the index, and blocks none
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
drop index concurrently if exists "public"."users_username_idx";
reset lock_timeout;
reset statement_timeout;
