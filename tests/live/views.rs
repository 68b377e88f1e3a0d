//! What reads a column stands in the way of the contract that drops it, until it is replaced.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null,
            note: text,
        });
        create_function!(tidy() returns trigger, language = plpgsql,
            body = "begin new.username := trim(new.username); return new; end");
        create_trigger!(tidy on users, before(insert, update(username)), function = tidy);
        create_policy!(named on users, using = "username <> ''");
        enable_row_level_security!(users);
        create_view!(members, "select id, username, note from users");
        create_view!(initials, "select id, left(username, 1) as initial from members");
        grant!(select(id, note), update(note) on users to pg_monitor);
        grant!(select on initials to pg_monitor);
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
        replace_function!(tidy() returns trigger, language = plpgsql,
            body = "begin new.display_name := trim(new.display_name); return new; end");
        replace_trigger!(tidy on users, before(insert, update(display_name)), function = tidy);
        replace_policy!(named on users, using = "display_name <> ''");
        replace_view!(members, "select id, display_name as username, note from users");
        replace_view!(initials, "select id, left(display_name, 1) as initial from users");
    }
}

/// `members` gives up a column, and what it read goes in the same contract.
mod m0003_drop {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
        replace_view!(members, "select id, display_name as username from users");
        drop_column!(users.note);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_drop;
        contract!(m0003_drop);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename, m0003_drop, m0004_contract];
}

#[test]
fn what_read_a_column_is_replaced_before_it_goes() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("views").await?;
        let Some(base) = HISTORY.until("m0001_base") else { fail!("the history has no base") };
        fixture.runner(&base).await?.migrate().await?;
        fixture.db.batch_execute("insert into users (username) values (' ada ')").await?;
        fixture.runner(&HISTORY).await?.contract().await?;
        fixture.db.batch_execute("insert into users (display_name) values (' bob ')").await?;
        if fixture.count("select count(*) from members where username in ('ada', 'bob')").await?
            != 2
        {
            fail!("the view does not show what was written");
        }
        fixture.expect_model(&HISTORY).await
    })
}
