-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- replace_index!(labels_text_idx => labels(text desc), direct(max_rows = 10_000, reason = "a few labels"))

-- 1/1 goes on only while `labels` is small: a few labels
-- in one step because a few labels
-- stops the migration, with nothing locked, if the planner expects more than 10000 rows
explain select from "public"."labels";

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- replace_index!(users_username_idx => users(username, id), include(email))

-- 1/4 beside the old one, concurrently
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create index concurrently "users_username_idx_new_d5029da1" on "public"."users" ("username", "id") include ("email");
reset lock_timeout;
reset statement_timeout;

-- replace_index!(by_email => users(sql("lower(email)") desc), unique, where = "email <> ''")
-- note: fails if two rows are equal, and from its second scan on refuses writes that would be

-- 2/4 finds rows that would fail, before anything is built
-- stops the migration, with nothing locked, if rows share their key in `by_email` with another row
-- help: make them differ, or delete all but one
select * from "public"."users" where (tableoid, ctid) in (select tableoid, ctid from (select tableoid, ctid, count(*) over (partition by (lower(email))) as rows from "public"."users" where pg_catalog.num_nulls((lower(email))) = 0 and (email <> '')) as counted where rows > 1) limit 5;

-- 3/4 beside the old one, concurrently
-- runs outside a transaction, and waits for every transaction that is older than it
-- if it stops: the invalid index is dropped concurrently and built again
set statement_timeout = 0;
set lock_timeout = '300s';
-- two scans; reads and writes go on
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
create unique index concurrently "by_email_new_8eb13fa6" on "public"."users" ((lower(email)) desc) where email <> '';
reset lock_timeout;
reset statement_timeout;
set statement_timeout = 0;
set lock_timeout = '300s';
-- until then the planner guesses what the expression gives; reads a sample of rows
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
analyze "public"."users";
reset lock_timeout;
reset statement_timeout;

-- replace_index!(labels_text_idx => labels(text desc), direct(max_rows = 10_000, reason = "a few labels"))

-- 4/4 reads and writes wait for one scan
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."labels": blocks reads and writes until it ends
drop index "public"."labels_text_idx";
-- lock: SHARE on "public"."labels": blocks writes until it ends; reads go on
create index "labels_text_idx" on "public"."labels" ("text" desc);
commit;

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- replace_index!(users_username_idx => users(username, id), include(email))

-- 1/4 no build needs the old index any more
set statement_timeout = 0;
set lock_timeout = '300s';
-- waits for transactions that use the index, and blocks none
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
drop index concurrently if exists "public"."users_username_idx";
reset lock_timeout;
reset statement_timeout;

-- 2/4 the name is free now
begin;
set local lock_timeout = '300ms';
alter index "public"."users_username_idx_new_d5029da1" rename to "users_username_idx";
commit;

-- replace_index!(by_email => users(sql("lower(email)") desc), unique, where = "email <> ''")

-- 3/4 no build needs the old index any more
set statement_timeout = 0;
set lock_timeout = '300s';
-- waits for transactions that use the index, and blocks none
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
drop index concurrently if exists "public"."by_email";
reset lock_timeout;
reset statement_timeout;

-- 4/4 the name is free now
begin;
set local lock_timeout = '300ms';
alter index "public"."by_email_new_8eb13fa6" rename to "by_email";
commit;

-- ==== undo ===================================================================
-- Until its contract or a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."labels": blocks reads and writes until it ends
-- undo: drop index "public"."labels_text_idx";
-- undo: -- lock: SHARE on "public"."labels": blocks writes until it ends; reads go on
-- undo: create index "labels_text_idx" on "public"."labels" ("text");
-- undo: commit;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."by_email_new_8eb13fa6";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- waits for transactions that use the index, and blocks none
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
-- undo: drop index concurrently if exists "public"."users_username_idx_new_d5029da1";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;
