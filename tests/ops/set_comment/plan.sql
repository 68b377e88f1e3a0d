-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- set_comment!(table notes, "everybody's notes")

-- 1/3 for whoever reads the schema
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
comment on table "public"."notes" is 'everybody''s notes';
commit;

-- set_comment!(column notes.title, "it's short")

-- 2/3 for whoever reads the schema
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
comment on column "public"."notes"."title" is 'it''s short';
commit;

-- set_comment!(column notes.body, none)

-- 3/3 for whoever reads the schema
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
comment on column "public"."notes"."body" is null;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
-- undo: comment on column "public"."notes"."body" is 'as it was';
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
-- undo: comment on column "public"."notes"."title" is 'as it was';
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
-- undo: comment on table "public"."notes" is 'old';
-- undo: commit;
