-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- create_policy!(own on users, using = "tenant = 'a'", with_check = "tenant = 'a'")

-- 1/4 it counts once row-level security is enabled
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
create policy "own" on "public"."users" for all
  using (tenant = 'a')
  with check (tenant = 'a');
commit;

-- create_policy!(own on secrets, for = select, to(pg_monitor), using = "owner = current_user")

-- 2/4 it counts once row-level security is enabled
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
create policy "own" on "public"."secrets" for select to "pg_monitor"
  using (owner = current_user);
commit;

-- enable_row_level_security!(users)
-- note: old builds too see and write only what the policies let through, from Expand on; the
--   owner, superusers and roles with `bypassrls` see every row

-- 3/4 the policies are there; without one no row would be seen
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" enable row level security;
commit;

-- enable_row_level_security!(secrets, force)
-- note: old builds too see and write only what the policies let through, from Expand on;
--   superusers and roles with `bypassrls` see every row

-- 4/4 the policies are there; without one no row would be seen
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
alter table "public"."secrets" enable row level security;
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
alter table "public"."secrets" force row level security;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
-- undo: alter table "public"."secrets" no force row level security;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
-- undo: alter table "public"."secrets" disable row level security;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" disable row level security;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
-- undo: drop policy "own" on "public"."secrets";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: drop policy "own" on "public"."users";
-- undo: commit;
