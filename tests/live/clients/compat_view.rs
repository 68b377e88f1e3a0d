//! A renamed table's old name is a view, which clients lock before the table.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect};

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint primary_key, name: text });
    }
}
mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(users => people);
    }
}
changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename];
}

/// In the other order the way back and the statements of old builds would wait for each other, until
/// it gives way.
#[test]
fn the_way_back_locks_the_view_before_its_table() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("compat_view").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        let client = connect(fixture.url(), "client-new").await?;
        client.batch_execute("begin; insert into people values (1, 'a')").await?;
        let mut runner = fixture.runner(&HISTORY).await?;
        let undo = tokio::spawn(async move { runner.undo("m0002_rename").await });
        let holds_view = "select exists (select from pg_locks where granted \
                          and relation = to_regclass('public.users') \
                          and mode = 'AccessExclusiveLock')";
        fixture.wait_until(holds_view).await?;
        client.batch_execute("commit").await?;
        undo.await.map_err(|error| Failure::new(error.to_string()))??;
        Ok(())
    })
}
