-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- change_sequence!(order_numbers, as = bigint, increment = 5, cycle = true, cache = 2)

-- 1/4 waits for transactions that hold values of it, and keeps others waiting until its commit,
--   which is at once
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."order_numbers": blocks writes until the commit, brief; reads go on
alter sequence "public"."order_numbers" as bigint increment by 5 cache 2 cycle;
commit;

-- 2/4 for the way back alone: asked before anything is taken back
-- nothing to do on the way forward

-- change_sequence!(tickets, min_value = 1, max_value = 9_000_000_000, restart = 1_000_000, cache = 1, owned_by = orders.ticket)
-- note: an undo does not bring the sequence back to the value that it had: values that it has
--   given out since would come again

-- 3/4 waits for transactions that hold values of it, and keeps others waiting until its commit,
--   which is at once
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: SHARE ROW EXCLUSIVE on "public"."tickets": blocks writes until the commit, brief; reads go on
alter sequence "public"."tickets" minvalue 1 maxvalue 9000000000 cache 1 restart with 1000000 owned by "public"."orders"."ticket";
commit;

-- 4/4 for the way back alone: asked before anything is taken back
-- nothing to do on the way forward

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: -- stops the migration, with nothing locked, if rows have a value beyond the former bounds
-- undo: -- help: keep the migration as it is: a sequence does not go back
-- undo: select * from "public"."tickets" where last_value < 5 or last_value > 9223372036854775807 limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."tickets": blocks writes until the commit, brief; reads go on
-- undo: alter sequence "public"."tickets" minvalue 5 cache 3 no maxvalue owned by none;
-- undo: commit;

-- undo: -- stops the migration, with nothing locked, if rows have a value beyond the former bounds
-- undo: -- help: keep the migration as it is: a sequence does not go back
-- undo: select * from "public"."order_numbers" where last_value < 1 or last_value > 2147483647 limit 5;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."order_numbers": blocks writes until the commit, brief; reads go on
-- undo: alter sequence "public"."order_numbers" as integer no cycle increment by 1 cache 1;
-- undo: commit;
