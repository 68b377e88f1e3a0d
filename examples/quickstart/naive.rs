//! The change as one would type it.

use std::time::{Duration, Instant};

use crate::{Result, reader::Reader, stage::Stage};

const STATEMENTS: [(&str, &str); 3] = [
    ("add column", "alter table users add column plan text not null default 'free'"),
    ("create index", "create index on users (plan, created_at desc)"),
    ("rename", "alter table users rename column username to display_name"),
];

/// Lets the requests that queued be counted before the next statement.
const BETWEEN: Duration = Duration::from_secs(1);

pub(crate) async fn change(stage: &mut Stage) -> Result<()> {
    let client = stage.database.connect().await?;
    let reader = Reader::start(stage.database.url()).await?;
    for (name, sql) in STATEMENTS {
        println!("{sql};");
        stage.timeline.next(name);
        let begin = Instant::now();
        client.batch_execute(sql).await?;
        // Clients queue behind a lock that is waited for just as behind one that is held.
        stage.timeline.longest_lock(begin.elapsed());
        tokio::time::sleep(BETWEEN).await;
    }
    println!("longest lock, below: the wait for the lock included");
    reader.end().await?;
    stage.roll_out().await
}
