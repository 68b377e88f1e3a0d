//! Rows that a migration removes or moves: that clients do not find them is what is meant.

use changeover_tests::{Failure, block_on, fail};

use super::{brief, database, expect_clean};

mod m0001_accounts {
    changeover::migration! {
        create_table!(accounts { id: bigint identity primary_key, name: text, balance: int });
    }
}

mod m0002_archive {
    changeover::migration! {
        after super::m0001_accounts;
        create_table!(archive { id: bigint primary_key, name: text, balance: int });
        move_rows!(accounts => archive, where = "accounts.id % 3 = 0");
    }
}

mod m0003_closed {
    changeover::migration! {
        after super::m0002_archive;
        delete_rows!(accounts, where = "accounts.id % 3 = 1");
    }
}

mod m0004_gone {
    changeover::migration! {
        after super::m0003_closed;
        contract!(m0003_closed);
    }
}

changeover::migrations! {
    static REMOVING = [m0001_accounts, m0002_archive, m0003_closed, m0004_gone];
}

const SEED: &str =
    "insert into accounts (name, balance) select 'u' || n, n from generate_series(1, 5000) n";

#[test]
fn rows_that_are_meant_to_go_are_not_taken_for_lost() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_removed").await?;
        let rehearsal = brief(&REMOVING).seed(SEED).run(database.url()).await?;
        expect_clean(&rehearsal)?;
        if rehearsal.migrations.last().map(String::as_str) != Some("m0004_gone") {
            fail!("{:?} were rehearsed", rehearsal.migrations);
        }
        Ok(())
    })
}
