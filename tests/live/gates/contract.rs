//! What waits for a contract, and a build that is older than one.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_users {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_users;
        rename_column!(users.username => display_name);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
    }
}

/// The name comes back, and another column takes over the renamed one's.
mod m0004_again {
    changeover::migration! {
        after super::m0003_contract;
        add_column!(users.username: integer not_null default 7);
        rename_column!(users.display_name => nickname);
    }
}

mod m0005_contract {
    changeover::migration! {
        after super::m0004_again;
        contract!(m0004_again);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_users, m0002_rename, m0003_contract, m0004_again, m0005_contract];
}

#[test]
fn a_name_that_comes_back_waits_for_its_contract() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("name_comes_back").await?;
        let Some(old) = HISTORY.until("m0002_rename") else { fail!("no such migration") };
        fixture.runner(&old).await?.migrate().await?;

        let Err(error) = fixture.runner(&HISTORY).await?.migrate().await else {
            fail!("the name was taken before its contract")
        };
        if error.kind() != ErrorKind::ContractPending || !error.to_string().contains("m0002_rename")
        {
            fail!("another error: {error}");
        }
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.expect_model(&HISTORY).await
    })
}

#[test]
fn an_empty_database_has_no_old_builds_to_wait_for() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("fresh").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.expect_model(&HISTORY).await
    })
}

#[test]
fn a_build_from_before_a_contract_is_told_that_it_is_too_old() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("too_old").await?;
        let Some(old) = HISTORY.until("m0002_rename") else { fail!("no such migration") };
        let Some(declaring) = HISTORY.until("m0003_contract") else { fail!("no such migration") };
        fixture.runner(&declaring).await?.migrate().await?;
        // A database that is ahead is normal in a rolling deploy, as long as nothing was removed.
        fixture.runner(&old).await?.migrate().await?;
        fixture.runner(&declaring).await?.contract().await?;
        match fixture.runner(&old).await?.migrate().await {
            Err(error) if error.is_too_old() => Ok(()),
            Err(error) => fail!("another error: {error}"),
            Ok(_) => fail!("a build that reads a dropped column was let in"),
        }
    })
}
