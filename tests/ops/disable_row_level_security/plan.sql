-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- disable_row_level_security!(users)

-- 1/2 no build relies on the policies any more; they stay, and count for nothing
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."users": blocks reads and writes until the commit, brief
alter table "public"."users" disable row level security;
commit;

-- disable_row_level_security!(secrets)

-- 2/2 no build relies on the policies any more; they stay, and count for nothing
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
alter table "public"."secrets" no force row level security;
-- lock: ACCESS EXCLUSIVE on "public"."secrets": blocks reads and writes until the commit, brief
alter table "public"."secrets" disable row level security;
commit;
