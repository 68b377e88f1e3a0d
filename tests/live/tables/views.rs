//! What reads a column stands in the way of the contract that drops it, until it is replaced.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, catalog, fail};

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

mod m0001_granted {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, username: text, note: text });
        create_view!(members, "select id, username, note from users");
        create_view!(initials, "select id, left(username, 1) as initial from members");
    }
}

mod m0002_appended {
    changeover::migration! {
        after super::m0001_granted;
        replace_view!(members, "select id, username, note, username as name from users");
    }
}

mod m0003_shrunk {
    changeover::migration! {
        after super::m0002_appended;
        replace_view!(members, "select id, username, username as name from users");
    }
}

mod m0004_gone {
    changeover::migration! {
        after super::m0003_shrunk;
        contract!(m0003_shrunk);
    }
}

changeover::migrations! {
    static GRANTED = [m0001_granted, m0002_appended, m0003_shrunk, m0004_gone];
}

/// What no migration said, of columns that stay and of one that goes.
const BELONGINGS: &str = "
    grant select (id), update (username) on members to pg_read_all_stats with grant option;
    grant select (note) on members to pg_read_all_stats;
    grant insert on members to public;
    grant select (initial) on initials to public;
    comment on view members is 'it''s a view';
    comment on column members.username is 'as they sign in';
    comment on column members.note is 'it goes';
    alter view members owner to pg_monitor;
    grant select on users to pg_monitor";

#[test]
fn a_view_that_is_made_again_keeps_what_it_had() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("granted_views").await?;
        let until = |id: &str| GRANTED.until(id).ok_or_else(|| Failure::new("no such migration"));
        fixture.runner(&until("m0001_granted")?).await?.migrate().await?;
        fixture.db.batch_execute(BELONGINGS).await?;
        let before = fixture.catalog().await?;
        let appended = until("m0002_appended")?;
        fixture.runner(&appended).await?.migrate().await?;
        fixture.runner(&appended).await?.undo("m0002_appended").await?;
        catalog::expect_equal(("before", &before), ("after", &fixture.catalog().await?))?;

        fixture.runner(&GRANTED).await?.contract().await?;
        let after = fixture.catalog().await?;
        // The column that goes, and the view, whose line goes on with its query.
        let differs = |line: &str| {
            ["column public.members.note ", "view public.members ", " "]
                .iter()
                .any(|start| line.starts_with(start))
        };
        let lost = |line: &&str| !differs(line) && !after.lines().any(|other| other == *line);
        if let Some(line) = before.lines().find(lost) {
            fail!("{line} is no longer there in\n{after}");
        }
        let kept = "select relowner = 'pg_monitor'::regrole
                and obj_description(oid, 'pg_class') = 'it''s a view'
                and has_table_privilege('pg_read_all_settings', oid, 'insert')
            from pg_class where oid = 'members'::regclass";
        if fixture.holds(kept).await? { Ok(()) } else { fail!("in\n{after}") }
    })
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
