//! Row triggers of the service's own beside those that keep two columns equal: what they read is
//! right whoever wrote, what they write is on both sides, and those that list a column fire for
//! the name that takes its place.

use std::time::Duration;

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(users {
            id: bigint primary_key,
            mail: text,
            copy: text not_null,
            verified: boolean not_null default true,
            note: text not_null default "",
        });
    }
}
mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.mail => address);
    }
}
mod m0003_contract {
    changeover::migration! {
        after super::m0002_rename;
        contract!(m0002_rename);
    }
}
changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename, m0003_contract];
}

mod declared {
    mod m0001_base {
        changeover::migration! {
            create_table!(posts {
                id: bigint primary_key,
                slug: text not_null default "",
                seen: bigint not_null default 0,
            });
            create_function!(count_it() returns trigger, language = plpgsql,
                body = "begin new.seen := new.seen + 1; return new; end");
            create_trigger!(slugs on posts, before(update(slug)), function = count_it);
        }
    }
    mod m0002_rename {
        changeover::migration! {
            after super::m0001_base;
            rename_column!(posts.slug => title);
        }
    }
    mod m0003_more {
        changeover::migration! {
            after super::m0002_rename;
            create_trigger!(titles on posts, before(update(title)), function = count_it);
            replace_trigger!(slugs on posts, before(update(title, id)), function = count_it);
        }
    }
    mod m0004_contract {
        changeover::migration! {
            after super::m0003_more;
            contract!(m0002_rename);
        }
    }
    changeover::migrations! {
        pub(super) static HISTORY = [m0001_base, m0002_rename, m0003_more, m0004_contract];
    }
}

/// A migration's own triggers list both names until the contract, and after it the new one, with
/// nothing to be said for that.
#[test]
fn triggers_of_the_history_follow_the_column() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("yours_declared").await?;
        let history = &declared::HISTORY;
        let until = |id| history.until(id).ok_or_else(|| Failure::new(id));
        fixture.runner(&until("m0002_rename")?).await?.migrate().await?;
        fixture.db.batch_execute("insert into posts (id) values (1)").await?;
        fired(&fixture, 1).await?;
        let before = fixture.catalog().await?;
        fixture.runner(&until("m0003_more")?).await?.migrate().await?;
        fired(&fixture, 2).await?;
        fixture.runner(&until("m0003_more")?).await?.undo("m0003_more").await?;
        let after = fixture.catalog().await?;
        changeover_tests::catalog::expect_equal(("before", &before), ("undone", &after))?;
        fixture.runner(history).await?.migrate().await?;
        fixture.runner(history).await?.contract().await?;
        fixture.expect_model(history).await
    })
}

/// So often do the triggers fire on an update by either name.
async fn fired(fixture: &Fixture, times: i64) -> Result<(), Failure> {
    for name in ["slug", "title"] {
        let update = format!("update posts set seen = 0, {name} = {name} || 'x'");
        fixture.db.batch_execute(&update).await?;
        let seen = fixture.count("select seen from posts").await?;
        if seen != times {
            fail!("an update of {name} fired {seen} of {times} triggers");
        }
    }
    Ok(())
}

/// A reader of the table for as long as the run takes keeps nobody but an ACCESS EXCLUSIVE out: there
/// is none where no trigger lists the column, and there is one where one does.
#[test]
fn a_table_is_locked_only_where_a_trigger_lists_the_column() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("yours_unlocked").await?;
        let change = HISTORY.until("m0002_rename").ok_or_else(|| Failure::new("m0002_rename"))?;
        fixture.runner(&change).await?.expand().await?;
        fixture.db.batch_execute(UNLISTED).await?;
        let reader = fixture.reader("yours_reader").await?;
        fixture.runner(&change).await?.migrate().await?;
        reader.batch_execute("rollback").await?;
        fixture.runner(&change).await?.undo("m0002_rename").await?;

        fixture.runner(&change).await?.expand().await?;
        fixture.db.batch_execute(LISTED).await?;
        reader.batch_execute("begin; select count(*) from users").await?;
        let hasty = Fixture::builder(&change).deadline(Duration::from_secs(1));
        match hasty.connect(fixture.url()).await?.migrate().await {
            Err(error) if error.kind() == ErrorKind::LockTimeout => {}
            other => fail!("the reader is passed by: {other:?}"),
        }
        reader.batch_execute("rollback").await?;
        fixture.runner(&change).await?.migrate().await.map(drop).map_err(Failure::from)
    })
}

const UNLISTED: &str = "create function yours() returns trigger language plpgsql as $$begin return new; end$$;
    create trigger yours before update of verified, note on users for each row execute function yours();
    create trigger other before update on users for each row execute function yours()";
const LISTED: &str = "create trigger listed before update of note, mail on users
    for each row execute function yours()";

/// A trigger that no migration made, and what it does to a row.
struct Case {
    name: &'static str,
    /// Its events, and what follows the table.
    fires: (&'static str, &'static str),
    /// The body of its function.
    body: &'static str,
    /// What it stores of `New@X` written over `old@x`, and of `Old@X` in a row that is new: mail,
    /// copy, verified.
    stores: [&'static str; 2],
}

const CASES: [Case; 6] = [
    Case {
        name: "reads_it",
        fires: ("before insert or update", ""),
        body: "new.copy := new.mail; return new;",
        stores: ["New@X,New@X,t", "Old@X,Old@X,t"],
    },
    Case {
        name: "compares_it",
        fires: ("before update", ""),
        body: "new.verified := new.mail is not distinct from old.mail and new.verified; return new;",
        stores: ["New@X,,f", "Old@X,,t"],
    },
    Case {
        name: "writes_it",
        fires: ("before insert or update", ""),
        body: "new.mail := lower(new.mail); return new;",
        stores: ["new@x,,t", "old@x,,t"],
    },
    Case {
        name: "lists_it",
        fires: ("before update of mail", ""),
        body: "new.verified := false; return new;",
        stores: ["New@X,,f", "Old@X,,t"],
    },
    Case {
        name: "lists_it_after",
        fires: ("after update of mail", "when (new.mail is distinct from old.mail)"),
        body: "update users set copy = new.mail where id = new.id; return null;",
        stores: ["New@X,New@X,t", "Old@X,,t"],
    },
    Case {
        name: "writes_the_same_table",
        fires: ("before insert or update of mail", ""),
        body: "if pg_trigger_depth() = 1 then
                 update users set mail = upper(mail) where id = -1;
               end if;
               new.mail := new.mail; return new;",
        stores: ["New@X,,t", "Old@X,,t"],
    },
];

#[test]
fn triggers_of_your_own_see_and_write_both_names() -> Result<(), Failure> {
    for case in &CASES {
        block_on(live(case)).map_err(|failure| failure.during(case.name))?;
    }
    Ok(())
}

async fn live(case: &Case) -> Result<(), Failure> {
    let fixture = Fixture::new(&format!("yours_{}", case.name)).await?;
    let until = |id| HISTORY.until(id).ok_or_else(|| Failure::new(id));
    fixture.runner(&until("m0001_base")?).await?.migrate().await?;
    let Case { fires: (events, rest), body, .. } = case;
    fixture
        .db
        .batch_execute(&format!(
            "insert into users select -n, 'seed@x', '' from generate_series(1, 500) n;
             create function yours() returns trigger language plpgsql as $$begin {body} end$$;
             create trigger yours {events} on users for each row {rest} execute function yours()"
        ))
        .await?;
    let before = fixture.catalog().await?;
    fixture.runner(&until("m0002_rename")?).await?.expand().await?;
    written(&fixture, case, "mail", "after expand").await?;
    fixture.runner(&until("m0002_rename")?).await?.migrate().await?;
    for by in ["mail", "address"] {
        written(&fixture, case, by, &format!("after migrate, by {by}")).await?;
    }
    let untouched = "select count(*) from users where id < 0 and (mail <> 'seed@x' and id <> -1 \
                     or not verified or address is distinct from mail)";
    if fixture.count(untouched).await? > 0 {
        fail!("the backfill changed rows");
    }
    fixture.runner(&until("m0002_rename")?).await?.undo("m0002_rename").await?;
    changeover_tests::catalog::expect_equal(
        ("before", &before),
        ("after the undo", &fixture.catalog().await?),
    )?;
    fixture.runner(&until("m0002_rename")?).await?.migrate().await?;
    let replace = body.replace("mail", "address");
    let define = format!(
        "create or replace function yours() returns trigger language plpgsql as $$begin {replace} end$$"
    );
    fixture.db.batch_execute(&define).await?;
    for by in ["mail", "address"] {
        written(&fixture, case, by, &format!("by the new body, by {by}")).await?;
    }
    if rest.is_empty() {
        fixture.runner(&HISTORY).await?.contract().await?;
        written(&fixture, case, "address", "after the contract").await?;
    }
    Ok(())
}

/// One build inserts a row and writes another, by its name of the column.
async fn written(fixture: &Fixture, case: &Case, by: &str, when: &str) -> Result<(), Failure> {
    let both = fixture.count("select count(*) from pg_attribute where attrelid = 'users'::regclass and attname in ('mail', 'address')").await?;
    let other = match (both, by) {
        (2, "mail") => "address",
        (2, _) => "mail",
        _ => by,
    };
    let sql = format!(
        "delete from users where id > 0;
         insert into users (id, {by}, copy) values (1, 'old@x', ''), (2, 'Old@X', '');
         update users set copy = '' where {by} is null;
         update users set {by} = 'New@X' where id = 1"
    );
    fixture.db.batch_execute(&sql).await?;
    for (id, expected) in [1_i64, 2].into_iter().zip(case.stores) {
        for column in [by, other] {
            let sql =
                format!("select concat_ws(',', {column}, copy, verified) from users where id = $1");
            let stored: String = fixture.db.query_one(&sql, &[&id]).await?.get(0);
            if stored != expected {
                fail!("{when}: {column} and what belongs to it is {stored}, not {expected}");
            }
        }
    }
    Ok(())
}
