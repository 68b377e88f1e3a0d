//! Indexes that take another's place keep all that the original has; what a server lacks is said
//! before anything is done.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, Scenario, block_on, chain, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            plan: text not_null default "free",
            note: text,
            index((username collate("C") text_pattern_ops desc nulls_last, plan), unique, include(note), with(fillfactor = 70), name = by_name),
            index((plan, sql("lower(username)") nulls_first), where = "username <> ''", using = btree),
            index((username), using = hash, name = hashed),
            index((plan), include(username), name = covering),
            index((username text_bloom_ops(n_distinct_per_range = 100)), using = brin, with(pages_per_range = 16), name = blocks),
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static COPIED = [m0001_base, m0002_change, m0003_contract];
}

mod m0002_equal_nulls {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.email: text);
        add_index!(users(email), unique, nulls_not_distinct);
    }
}

changeover::migrations! {
    static EQUAL_NULLS = [m0001_base, m0002_equal_nulls];
}

mod m0002_rebuilt {
    changeover::migration! {
        after super::m0001_base;
        rebuild_index!(by_name);
    }
}

changeover::migrations! {
    static REBUILT = [m0001_base, m0002_rebuilt];
}

#[test]
fn what_an_interrupted_rebuild_left_is_dropped() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("rebuilt").await?;
        let Some(base) = REBUILT.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        let rows = "insert into users (username) values ('a'), ('b')";
        fixture.db.batch_execute(rows).await?;
        // A build that fails leaves what an interrupted rebuild does: an invalid index.
        for end in ["ccnew", "ccold"] {
            let broken = format!("create unique index concurrently by_name_{end} on users ((1))");
            if fixture.db.batch_execute(&broken).await.is_ok() {
                fail!("two equal rows are unique");
            }
        }
        fixture.runner(&REBUILT).await?.migrate().await?;
        fixture.expect_model(&REBUILT).await
    })
}

#[test]
fn copies_keep_all_that_the_originals_have() -> Result<(), Failure> {
    let scenario = Scenario::new(&COPIED, "m0002_change")
        .seed("insert into users (username) select 'u' || n from generate_series(1, 2000) n")
        .old_build(Client::of("users").writes("username"))
        .new_build(Client::of("users").writes("display_name"))
        .equal("select count(*) from users where username is distinct from display_name");
    crate::live(&scenario, "indexes_copied")
}

#[test]
fn equal_nulls_are_asked_of_an_old_server_before_anything_is_done() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("equal_nulls").await?;
        let Some(base) = EQUAL_NULLS.until("m0001_base") else { fail!("no such migration") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into users (username) values ('a')").await?;
        let outcome = fixture.runner(&EQUAL_NULLS).await?.migrate().await;
        let modern = "select current_setting('server_version_num')::integer >= 150000";
        if fixture.holds(modern).await? {
            outcome?;
            return fixture.expect_model(&EQUAL_NULLS).await;
        }
        match outcome {
            Err(error) if chain(&error).contains("`nulls not distinct` needs PostgreSQL 15") => {}
            Err(error) => fail!("another error: {error}"),
            Ok(_) => fail!("an old server took what it cannot have"),
        }
        fixture.runner(&EQUAL_NULLS).await?.undo("m0002_equal_nulls").await?;
        Ok(())
    })
}

/// The indexes of a materialized view, which has to keep one by which it is refreshed.
mod of_a_view {
    mod m0001_base {
        changeover::migration! {
            create_table!(users { id: bigint identity primary_key, name: text not_null });
            create_materialized_view!(names, "select id, name, lower(name) as small from users",
                unique(id, name = names_key), index(name), index((small desc), name = by_small));
        }
    }

    mod m0002_change {
        changeover::migration! {
            after super::m0001_base;
            add_index!(names(sql("upper(name)"), id), name = by_upper);
            rename_index!(names_key => names_by_id);
            replace_index!(by_small => names(small, id), unique);
            drop_index!(names_name_idx);
        }
    }

    mod m0003_contract {
        changeover::migration! {
            after super::m0002_change;
            contract!(m0002_change);
            rebuild_index!(by_upper);
            refresh_materialized_view!(names);
        }
    }

    changeover::migrations! { static HISTORY = [m0001_base, m0002_change, m0003_contract]; }

    use super::*;

    #[test]
    fn they_change_as_those_of_a_table_do() -> Result<(), Failure> {
        block_on(async {
            let fixture = Fixture::new("indexes_of_a_view").await?;
            let until = |id: &str| HISTORY.until(id).ok_or_else(|| Failure::new(id.to_owned()));
            let (base, change) = (until("m0001_base")?, until("m0002_change")?);
            fixture.runner(&base).await?.migrate().await?;
            let seed = "insert into users (name) select 'N' || n from generate_series(1, 500) n";
            fixture.db.batch_execute(seed).await?;
            let before = fixture.catalog().await?;
            fixture.runner(&change).await?.migrate().await?;
            fixture.runner(&change).await?.undo("m0002_change").await?;
            let after = fixture.catalog().await?;
            changeover_tests::catalog::expect_equal(("before", &before), ("after", &after))?;
            fixture.runner(&HISTORY).await?.migrate().await?;
            fixture.runner(&HISTORY).await?.contract().await?;
            fixture.expect_model(&HISTORY).await
        })
    }
}
