//! What keeps partitions from coming is said, and left as it is.

use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, fail};

use super::{BY_RULE, DROPPED, THIRD, expect, expect_said, run, seeded, until};

#[test]
fn rows_in_the_default_partition_keep_theirs_and_no_other_waits() -> Result<(), Failure> {
    block_on(async {
        let fixture = seeded("kept_rest").await?;
        let rest = "create table rest partition of events default;
            insert into events (id, at) values (-1, now() + interval '2 months'), (-2, now());
            alter table rest add constraint changeover_ahead_left check (at < '2999-01-01')";
        fixture.db.batch_execute(rest).await?;
        let report = run(&fixture, &DROPPED, "m0002_keep").await?;
        expect_said(&report, &["rest holds rows from"])?;
        expect(&fixture, BY_RULE, 2).await?;
        expect(
            &fixture,
            "select count(*) from pg_constraint where conname ~ 'changeover_ahead'",
            0,
        )
        .await?;
        // Too large to be read under a lock.
        let large = "insert into events (id, at, note)
            select n, now(), repeat('x', 1000) from generate_series(1, 9000) n;
            delete from events where id = -1";
        fixture.db.batch_execute(large).await?;
        let report = run(&fixture, &DROPPED, "m0002_keep").await?;
        expect_said(&report, &[])?;
        expect(&fixture, BY_RULE, 3).await?;
        expect(&fixture, "select count(*) from pg_constraint where conname ~ 'changeover_ahead'", 0)
            .await
    })
}

#[test]
fn whatever_is_in_the_way_is_said() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("kept_said").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        roles.give(&fixture.db, &[]).await?;
        let history = until(&DROPPED, "m0002_keep")?;
        let base = until(&DROPPED, "m0001_events")?;
        roles.start(&base).await?.migrate().await?;
        let others = format!(
            "do $$ declare third text := {THIRD}; begin
             execute 'create table ' || third || ' (id bigint)';
             execute format('create table part partition of events for values from (%L) to (%L)',
                date_trunc('month', now() at time zone 'UTC') + interval '2 months' || '+00',
                date_trunc('month', now() at time zone 'UTC') + interval '2 months 3 days' || '+00');
             end $$"
        );
        fixture.db.batch_execute(&others).await?;
        let report = roles.start(&history).await?.migrate().await?;
        expect_said(&report, &["part takes a part of the rows", "is no partition of it"])?;
        expect(&fixture, BY_RULE, 2).await?;
        // Another role owns it by now.
        let owned = "drop table part; alter table events owner to current_user;
            do $$ begin execute 'drop table ' || (select string_agg(c.relname, ', ') from pg_inherits i
                join pg_class c on c.oid = i.inhrelid where i.inhparent = 'events'::regclass); end $$";
        fixture.db.batch_execute(owned).await?;
        let report = roles.start(&history).await?.migrate().await?;
        expect_said(&report, &["is no partition of it", "may make no partitions of"])?;
        let diagnosis = fixture.runner(&history).await?.diagnose().await?.to_string();
        if !diagnosis.contains("has no monthly partition for rows from") {
            fail!("{diagnosis}");
        }
        roles.drop().await
    })
}
