//! What a database has once, an extension or a publication, is compared as all else is.

use changeover::Comparison;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_schema!(kept);
        create_extension!(hstore, schema = kept);
        create_extension!(citext, version = "1.6");
        create_table!(users { id: bigint identity primary_key, name: citext not_null });
        create_table!(kept.logs { id: bigint identity primary_key });
        sql!(up = "create publication feed for table users with (publish = 'insert')",
            undo = "drop publication feed", reason = "the feed");
        sql!(up = "create publication \"Every Thing\" for table users, kept.logs",
            undo = "drop publication \"Every Thing\"", reason = "the warehouse");
        sql!(up = "comment on publication \"Every Thing\" is 'for the warehouse'",
            undo = none, reason = "the warehouse");
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base];
}

async fn checked(fixture: &Fixture, by_hand: &str) -> Result<Comparison, Failure> {
    fixture.runner(&HISTORY).await?.migrate().await?;
    fixture.db.batch_execute(by_hand).await?;
    let before = fixture.catalog().await?;
    let comparison = fixture.runner(&HISTORY).await?.check().await?;
    if fixture.catalog().await? != before {
        fail!("{by_hand}: the check left something behind");
    }
    Ok(comparison)
}

#[test]
fn what_is_as_it_is_declared_is_no_difference() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("once_clean").await?;
        let comparison = checked(&fixture, "create extension pg_trgm").await?;
        if !comparison.is_clean() || comparison.undeclared != ["extension pg_trgm"] {
            fail!("{comparison:?}");
        }
        Ok(())
    })
}

/// What is done by hand, the one object that differs then, and a part of both ways.
const BY_HAND: &[(&str, &str, &[&str])] = &[
    (
        "alter publication feed set (publish = 'insert, update')",
        "publication feed",
        &["(publish = 'insert')", "(publish = 'insert, update')"],
    ),
    (
        "alter publication \"Every Thing\" drop table kept.logs",
        "publication Every Thing",
        &["for table kept.logs, public.users", "for table public.users"],
    ),
    (
        "alter publication feed set (publish_via_partition_root)",
        "publication feed",
        &["publish_via_partition_root = true"],
    ),
    ("drop publication feed", "publication feed", &["create publication feed for table public.users"]),
    (
        "drop publication \"Every Thing\"; create publication \"Every Thing\" for all tables;
            comment on publication \"Every Thing\" is 'for the warehouse'",
        "publication Every Thing",
        &["for all tables"],
    ),
    (
        "alter extension hstore set schema public",
        "extension hstore",
        &[r#"alter extension "hstore" set schema "kept""#, r#"alter extension "hstore" set schema "public""#],
    ),
    ("drop extension hstore", "extension kept.hstore", &["create_extension!(hstore, schema = kept);"]),
    (
        "alter table users alter name type text; drop extension citext; create extension citext version '1.5';
            alter table users alter name type citext",
        "extension citext",
        &[r#"alter extension "citext" update to '1.6'"#, r#"alter extension "citext" update to '1.5'"#],
    ),
];

#[test]
fn what_is_otherwise_is_a_difference_with_the_changes_of_both_ways() -> Result<(), Failure> {
    block_on(async {
        for (by_hand, object, parts) in BY_HAND {
            let fixture = Fixture::new("once").await?;
            let comparison = checked(&fixture, by_hand).await?;
            let [difference] = comparison.differences.as_slice() else {
                fail!("{by_hand}: {comparison}");
            };
            let text = comparison.to_string();
            let missing = parts.iter().find(|part| !text.contains(**part));
            if difference.object != *object || missing.is_some() || !comparison.unbuilt.is_empty() {
                fail!("{by_hand}: without {missing:?}: {comparison}");
            }
        }
        Ok(())
    })
}
