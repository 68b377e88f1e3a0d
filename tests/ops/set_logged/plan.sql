-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- set_logged!(users, direct(max_rows = 10_000, reason = "a few hundred"))

-- 1/4 goes on only while `users` is small: a few hundred
-- in one step because a few hundred
-- stops the migration, with nothing locked, if the planner expects more than 10000 rows
explain select from "public"."users";

-- 2/4 reads and writes wait until the table is written anew
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until it ends
alter table "public"."users" set logged;
commit;

-- create_table!(unlogged visits { id: bigint })

-- 3/4 a new table, with all that belongs to it
begin;
set local lock_timeout = '300ms';
-- a new table: no client uses it yet
create unlogged table "public"."visits" (
  "id" bigint
);
commit;

-- set_logged!(visits)

-- 4/4 reads and writes wait until the table is written anew
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
alter table "public"."visits" set logged;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
-- undo: alter table "public"."visits" set unlogged;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."visits": blocks reads and writes until the commit, brief
-- undo: drop table "public"."visits";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until it ends
-- undo: alter table "public"."users" set unlogged;
-- undo: commit;
