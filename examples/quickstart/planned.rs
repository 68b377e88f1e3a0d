//! The change as `changeover` carries it out.

use changeover::Report;

use crate::{Result, progress::Meter, reader::Reader, stage::Stage};

pub(crate) async fn change(stage: &mut Stage, with_reader: bool) -> Result<()> {
    let reader = if with_reader { Some(Reader::start(stage.database.url()).await?) } else { None };

    let meter = Meter::new();
    let mut release = stage.connect("m0002_rename_username", Some(&meter)).await?;
    stage.timeline.next("expand");
    note(stage, &release.expand().await?);
    stage.timeline.next("migrate");
    note(stage, &release.migrate().await?);
    meter.finish();
    if let Some(reader) = reader {
        reader.end().await?;
    }

    stage.roll_out().await?;
    both_sides_agree(stage).await?;

    let meter = Meter::new();
    let mut cleanup = stage.connect("m0003_drop_username", Some(&meter)).await?;
    stage.timeline.next("contract");
    note(stage, &cleanup.contract().await?);
    meter.finish();
    Ok(())
}

fn note(stage: &mut Stage, report: &Report) {
    stage.timeline.longest_lock(report.longest_lock());
}

/// What the contract is about to drop must hold nothing that the new column has not.
async fn both_sides_agree(stage: &Stage) -> Result<()> {
    let client = stage.database.connect().await?;
    let sql = "select count(*) from users where username is distinct from display_name";
    let differ: i64 = client.query_one(sql, &[]).await?.try_get(0)?;
    if differ > 0 {
        return Err(format!("{differ} rows differ between `username` and `display_name`").into());
    }
    println!("old and new column agree in every row");
    Ok(())
}
