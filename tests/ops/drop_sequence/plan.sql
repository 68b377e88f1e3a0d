-- m0004_change
-- after m0003_contract
-- starts only when the contract of m0002_default has run

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0004_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_sequence!(order_numbers)

-- 1/1 no build needs the sequence any more
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."order_numbers": blocks reads and writes until the commit, brief
drop sequence "public"."order_numbers";
commit;
