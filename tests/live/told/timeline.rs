//! A roll-out is drawn from its record.

use changeover::review;
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};

#[test]
fn a_roll_out_is_drawn_from_its_record() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("timeline").await?;
        let nothing = fixture.runner(&RENAME_HISTORY).await?.timeline().await?;
        if !nothing.migrations.is_empty() {
            fail!("{nothing:?}");
        }
        let fixture = fixture.users(500).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        fixture.runner(&RENAME_HISTORY).await?.force_contract("<b>nobody</b> lives").await?;
        let timeline = fixture.runner(&RENAME_HISTORY).await?.timeline().await?;
        let steps = timeline.migrations.iter().flat_map(|migration| &migration.steps);
        let recorded = "select count(*) from changeover.steps where started_at is not null";
        let (count, expected) = (steps.clone().count(), fixture.count(recorded).await?);
        if i64::try_from(count) != Ok(expected) || steps.clone().any(|step| step.took.is_none()) {
            fail!("{count} of {expected}: {timeline:?}");
        }
        if steps.map(|step| step.rows).sum::<u64>() != 500 {
            fail!("{timeline:?}");
        }
        let page = review::timeline(&timeline);
        for part in
            ["&lt;b&gt;nobody&lt;/b&gt; lives", "500 rows", "class=\"contract\"", "<h3>migrate"]
        {
            if !page.contains(part) {
                fail!("{part} is not in {page}");
            }
        }
        Ok(())
    })
}
