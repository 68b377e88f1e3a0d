-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_view!(active_users, "select id, username as name from users where deleted_at is null", security_barrier, check_option = local)

-- 1/2 a new view: no client uses it yet
begin;
set local lock_timeout = '300ms';
create view "public"."active_users" with (security_barrier = true) as
select id, username as name from users where deleted_at is null
with local check option;
commit;

-- create_view!(lengths(length, users), "select length(name), count(*) from active_users group by 1")

-- 2/2 a new view: no client uses it yet
begin;
set local lock_timeout = '300ms';
create view "public"."lengths" ("length", "users") as
select length(name), count(*) from active_users group by 1;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."lengths": blocks reads and writes until the commit, brief
-- undo: drop view "public"."lengths";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."active_users": blocks reads and writes until the commit, brief
-- undo: drop view "public"."active_users";
-- undo: commit;
