-- m0002_change
-- after m0001_base

-- ==== contract ===============================================================
-- Waits for a later migration that says `contract!(m0002_change)`,
-- and for a run of `contract()` once no older build is live.
-- Cannot be undone: what it drops is gone. If it stops: the next run goes on.

-- delete_rows!(events, where = "events.at < '2020-01-01'")
-- note: rows of `notes` that refer to them go too, by `notes_event_id_fkey`
-- note: a client that waits for a row which goes at that moment finds none: 0 rows, without an
--   error

-- 1/1 the rows are gone after this; no build reads them any more
-- the runner repeats this transaction for each window of pages and each stripe of its rows,
-- with windows that take it some 10 ms; its place is kept with the rows, so if it stops
-- it goes on from there
begin;
set local lock_timeout = '100ms';
set local synchronous_commit = off;
-- lock: ROW EXCLUSIVE on "public"."events": blocks neither reads nor writes
-- lock: ROW EXCLUSIVE on "public"."notes": blocks neither reads nor writes
-- a client that writes a row of the same batch waits for this commit, and then
-- finds no row; your own triggers fire for each row
delete from "public"."events" as "events"
where ctid >= '(0,0)' and ctid < '(64,0)' and pg_catalog.hashtid(ctid) & 7 = 0
and (events.at < '2020-01-01');
commit;
-- rows that are written meanwhile and meet it go too, in up to two more walks
