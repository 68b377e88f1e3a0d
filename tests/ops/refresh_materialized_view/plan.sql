-- m0002_change
-- after m0001_base

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- refresh_materialized_view!(names)

-- 1/1 the rows of today; reads go on, and see the old ones until the end
-- runs outside a transaction
set statement_timeout = 0;
set lock_timeout = '300ms';
-- as long as the query takes; another refresh, a vacuum and an analyze of it wait
-- lock: EXCLUSIVE on "public"."names": blocks writes until it ends; reads go on
refresh materialized view concurrently "public"."names";
reset lock_timeout;
reset statement_timeout;
