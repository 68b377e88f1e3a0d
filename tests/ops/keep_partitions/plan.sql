-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- keep_partitions!(events, monthly, ahead = 2, keep = "1000 years", behind = detach)
-- note: periods begin in UTC, whatever the time zone of a session
-- note: clients do not see rows of partitions that are older than 1000 years as a whole, which
--   are tables of their own from then on

-- 1/1 so that no row comes before its partition; reads and writes go on
-- by this step, by each run and by whoever holds a lease, as the server's clock goes on:
--   monthly, for the present period and the next 2
begin;
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
create table "public"."events_…" (
  like "public"."events" including all
    excluding comments excluding identity excluding statistics
);
alter table "public"."events" attach partition "public"."events_…" for values from (…) to (…);
commit;
-- each partition of exactly one period whose rows are all older than 1000 years, once no change
--   of the table is under way
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."events" detach partition "public"."events_…" concurrently;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: -- partitions that are there stay
