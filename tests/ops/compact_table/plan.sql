-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- compact_table!(users, truncate = false)
-- note: a row that moves is written, and replicated, once more; a client under `repeatable
--   read` that writes it meanwhile may have to repeat its transaction (40001)

-- 1/1 rows move from the last pages to the first; reads and writes go on
-- asks a sample of the rows how many pages they need, and does nothing where that gives
-- back less than 15 % of the table
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
vacuum (truncate off) "public"."users";
-- then, from the last page to the front, a window of pages in each transaction; if it
-- stops, nothing is to be tidied up, and the next run begins at the last page
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
-- lock: ROW EXCLUSIVE on "public"."users": blocks neither reads nor writes
-- a client that writes a row of the same window waits for this commit
-- an update stays on its page while that has room; so what fills the pages up comes
-- first, and is taken back: of each page its smallest row, until it finds no room there
savepoint filled;
update only "public"."users" set … = … where ctid = any (…);
rollback to savepoint filled;
-- each row moves to the first page that has room for it
update only "public"."users" set … = … where ctid >= '(…,0)' and ctid < '(…,0)';
commit;
-- after each 8,192 pages and at the end, once no older snapshot needs what was there
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
vacuum (truncate off) "public"."users";
-- runs outside a transaction; what an interrupted try leaves is dropped before
-- the next. A second index is built beside each and takes its place:
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
reindex table concurrently "public"."users";
