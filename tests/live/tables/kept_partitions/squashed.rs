//! A rule is in no catalog, and goes on all the same where a baseline takes the place of its migration.

use changeover::Squash;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use super::{BY_RULE, DROPPED, expect, run, seeded};

mod m0003_baseline;

changeover::migrations! { static SQUASHED = [m0003_baseline]; }

#[test]
fn a_baseline_that_takes_the_place_of_a_rule_has_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("kept_squashed").await?;
        let squash = Squash::read(&DROPPED, "m0003_drop", fixture.url()).await?;
        if squash.text() != include_str!("squashed/m0003_baseline.rs") {
            fail!("the compiler proves another:\n{}", squash.text());
        }
        // Nobody keeps partitions of a database that is made to be read.
        expect(&fixture, BY_RULE, 0).await?;
        let fixture = seeded("kept_on").await?;
        run(&fixture, &DROPPED, "m0003_drop").await?;
        run(&fixture, &SQUASHED, "m0003_baseline").await?;
        fixture.db.batch_execute("do $$ begin execute 'drop table events_' || to_char(now() at time zone 'UTC' + interval '1 month', 'YYYY_MM'); end $$").await?;
        run(&fixture, &SQUASHED, "m0003_baseline").await?;
        expect(&fixture, BY_RULE, 4).await
    })
}
