//! Keys that are looked at when a transaction commits: clients swap two values within one.

use changeover::{Check, ErrorKind};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_items {
    changeover::migration! {
        create_table!(items {
            id: bigint identity primary_key,
            place: integer not_null,
            rank: integer not_null,
            unique(place, name = one_place),
            unique(rank, name = one_rank),
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_items;
        rename_column!(items.place => position);
    }
}

mod m0002_retype {
    changeover::migration! {
        after super::m0001_items;
        change_type!(items.rank: bigint);
    }
}

changeover::migrations! {
    static RENAMED = [m0001_items, m0002_rename];
}

changeover::migrations! {
    static RETYPED = [m0001_items, m0002_retype];
}

const SWAP: &str = "begin;
    update items set place = 3 - place where id = 1;
    update items set place = 3 - place where id = 2;
    commit";

#[test]
fn a_key_that_somebody_made_deferrable_is_found_before_anything() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("deferrable").await?;
        let Some(base) = RENAMED.until("m0001_items") else { fail!("no base") };
        fixture.runner(&base).await?.migrate().await?;
        let by_hand = "alter table items drop constraint one_place,
            add constraint one_place unique (place) deferrable initially deferred;
            insert into items (place, rank) values (1, 1), (2, 2)";
        fixture.db.batch_execute(by_hand).await?;
        fixture.db.batch_execute(SWAP).await?;
        let before = fixture.catalog().await?;
        let error = match fixture.runner(&RENAMED).await?.migrate().await {
            Ok(_) => fail!("it was not found"),
            Err(error) if error.kind() == ErrorKind::Preflight => error,
            Err(error) => fail!("another error: {error}"),
        };
        let found = error.report().findings.iter().filter(|one| one.check == Check::Drift);
        let found: Vec<&str> = found.map(|one| one.what.as_str()).collect();
        if !matches!(found.as_slice(), [one] if one.contains("one_place") && one.contains("items"))
        {
            fail!("another finding: {found:?}");
        }
        if fixture.catalog().await? != before {
            fail!("something was done before it was found");
        }
        fixture.db.batch_execute(SWAP).await?;
        // The key of another column is in nobody's way.
        fixture.runner(&RETYPED).await?.migrate().await?;
        fixture.db.batch_execute(SWAP).await.map_err(Into::into)
    })
}
