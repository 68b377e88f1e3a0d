-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- rename_constraint!(users.users_email_check => users_email_given)
-- note: a build that tells errors apart by the constraint's name meets the new one

-- 1/1 no statement of a client can name it
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" rename constraint "users_email_check" to "users_email_given";
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- rename_constraint!(users.users_pkey => users_key)
-- note: a statement that names the constraint, `on conflict on constraint`, says `users_pkey`
--   until the contract and `users_key` from then on; name its columns instead

-- 1/1 no build says `on conflict on constraint` with the old name any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" rename constraint "users_pkey" to "users_key";
--
-- rename_constraint!(users.users_email_key => users_address_key), under the same lock: no build
--   says `on conflict on constraint` with the old name any more
-- note: a statement that names the constraint, `on conflict on constraint`, says
--   `users_email_key` until the contract and `users_address_key` from then on; name its columns
--   instead
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" rename constraint "users_email_key" to "users_address_key";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
-- undo: alter table "public"."users" rename constraint "users_email_given" to "users_email_check";
-- undo: commit;
