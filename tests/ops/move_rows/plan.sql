-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- move_rows!(orders => archive, where = "orders.closed")
-- note: builds that read `orders` alone do not see a row that was moved
-- note: a client that waits for a row which goes at that moment finds none: 0 rows, without an
--   error

-- 1/1 `archive` has no such row yet, so that an undo knows which to bring back
-- stops the migration, with nothing locked, if rows meet the condition before any was moved
-- help: narrow `where`, or say `append`: then an undo leaves all where they are
select * from "public"."archive" where (select orders.closed from (select "public"."archive".*) as "orders") limit 5;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- move_rows!(orders => archive, where = "orders.closed")

-- 1/1 each row is in `orders` or in `archive`, never in both
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
-- lock: ROW EXCLUSIVE on "public"."orders": blocks neither reads nor writes
-- lock: ROW EXCLUSIVE on "public"."archive": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit, and then
-- finds no row; your own triggers fire for each row
-- `…` is every column that the catalogs have at that moment
with gone as (
delete from "public"."orders" as "orders"
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and (orders.closed)
returning …)
insert into "public"."archive" (…) overriding system value select … from gone;
commit;
-- rows that are written meanwhile and meet it go too, in up to two more walks

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: -- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- undo: -- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- undo: -- it goes on from there
-- undo: begin;
-- undo: set local lock_timeout = '100ms';
-- undo: set local synchronous_commit = off;
-- undo: -- lock: ROW EXCLUSIVE on "public"."orders": blocks neither reads nor writes
-- undo: -- lock: ROW EXCLUSIVE on "public"."archive": blocks neither reads nor writes
-- undo: -- a client that writes a row of the same batch waits for this commit, and then
-- undo: -- finds no row; your own triggers fire for each row
-- undo: -- `…` is every column that the catalogs have at that moment
-- undo: with gone as (
-- undo: delete from "public"."archive" as "orders"
-- undo: where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
-- undo: and (orders.closed)
-- undo: returning …)
-- undo: insert into "public"."orders" (…) overriding system value select … from gone;
-- undo: commit;
-- undo: -- rows that are written meanwhile and meet it go too, in up to two more walks
