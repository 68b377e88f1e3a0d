-- m0004_change
-- after m0003_contract
-- starts only when the contract of m0002_column has run

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0004_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- drop_domain!(order_code)

-- 1/1 no build needs the domain any more
begin;
set local lock_timeout = '300ms';
drop domain "public"."order_code";
commit;
