-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- reindex_table!(users)

-- 1/2 concurrently: reads and writes go on
-- runs outside a transaction; what an interrupted try leaves is dropped before
-- the next. A second index is built beside each and takes its place:
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
reindex table concurrently "public"."users";

-- reindex_table!(visits)

-- 2/2 concurrently: reads and writes go on
-- runs outside a transaction; what an interrupted try leaves is dropped before
-- the next. A second index is built beside each and takes its place:
-- lock: SHARE UPDATE EXCLUSIVE on "public"."visits": blocks neither reads nor writes, only vacuum and schema changes
reindex table concurrently "public"."visits";
