-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_extension!(citext)

-- 1/1 no build needs the extension any more
begin;
set local lock_timeout = '300ms';
drop extension "citext";
commit;
