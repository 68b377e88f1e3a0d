-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- rebuild_index!(users_username_idx)

-- 1/3 concurrently: reads and writes go on
-- runs outside a transaction
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass('"public"."users_username_idx_ccnew"')::oid and indrelid = pg_catalog.to_regclass('"public"."users"')::oid and not indisvalid)
-- then the next try begins with this:
-- drop index concurrently if exists "public"."users_username_idx_ccnew"
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass('"public"."users_username_idx_ccold"')::oid and indrelid = pg_catalog.to_regclass('"public"."users"')::oid and not indisvalid)
-- then the next try begins with this:
-- drop index concurrently if exists "public"."users_username_idx_ccold"
set statement_timeout = 0;
set lock_timeout = '300s';
-- a second index is built beside it and takes its place
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
reindex index concurrently "public"."users_username_idx";
reset lock_timeout;
reset statement_timeout;

-- rebuild_index!(by_email)

-- 2/3 concurrently: reads and writes go on
-- runs outside a transaction
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass('"public"."by_email_ccnew"')::oid and indrelid = pg_catalog.to_regclass('"public"."users"')::oid and not indisvalid)
-- then the next try begins with this:
-- drop index concurrently if exists "public"."by_email_ccnew"
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass('"public"."by_email_ccold"')::oid and indrelid = pg_catalog.to_regclass('"public"."users"')::oid and not indisvalid)
-- then the next try begins with this:
-- drop index concurrently if exists "public"."by_email_ccold"
set statement_timeout = 0;
set lock_timeout = '300s';
-- a second index is built beside it and takes its place
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
reindex index concurrently "public"."by_email";
reset lock_timeout;
reset statement_timeout;

-- rebuild_index!(users_pkey)

-- 3/3 concurrently: reads and writes go on
-- runs outside a transaction
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass('"public"."users_pkey_ccnew"')::oid and indrelid = pg_catalog.to_regclass('"public"."users"')::oid and not indisvalid)
-- then the next try begins with this:
-- drop index concurrently if exists "public"."users_pkey_ccnew"
-- if it stopped half-way, so that this is true:
-- select exists (select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass('"public"."users_pkey_ccold"')::oid and indrelid = pg_catalog.to_regclass('"public"."users"')::oid and not indisvalid)
-- then the next try begins with this:
-- drop index concurrently if exists "public"."users_pkey_ccold"
set statement_timeout = 0;
set lock_timeout = '300s';
-- a second index is built beside it and takes its place
-- lock: SHARE UPDATE EXCLUSIVE on "public"."users": blocks neither reads nor writes, only vacuum and schema changes
reindex index concurrently "public"."users_pkey";
reset lock_timeout;
reset statement_timeout;
