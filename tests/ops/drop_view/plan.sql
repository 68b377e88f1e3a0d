-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_view!(nicknames)

-- 1/2 no build reads the view any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."nicknames": blocks reads and writes until the commit, brief
drop view "public"."nicknames";
commit;

-- drop_column!(users.nickname)
-- note: a prepared `select *` or `returning *` fails once (0A000) when the column goes, and an
--   `insert` without a column list for good

-- 2/2 its values are gone after this; no build names it any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" drop column "nickname";
commit;
