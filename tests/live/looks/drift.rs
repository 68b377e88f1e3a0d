//! A column that is not as the history knows it stops the phase that changes it.

use changeover::{Check, Error, ErrorKind, Report};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_enum!(state { open, closed });
        create_table!(users {
            id: bigint identity primary_key,
            name: text not_null default "x",
            code: varchar(20) collate("C"),
            price: numeric(12, 2),
            whole: numeric(10),
            at: timestamptz(3),
            state: state not_null default "open",
            tags: varchar(10)[],
            many: int not_null default 3,
            twice: int generated("many * 2"),
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.name => title);
        rename_column!(users.code => key);
        rename_column!(users.price => cost);
        rename_column!(users.whole => rest);
        rename_column!(users.at => seen_at);
        rename_column!(users.state => status);
        rename_column!(users.tags => labels);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_rename];
}

fn says(outcome: Result<Report, Error>, words: &[&str]) -> Result<(), Failure> {
    let error = match outcome {
        Ok(_) => fail!("it was not found"),
        Err(error) if error.kind() == ErrorKind::Preflight => error,
        Err(error) => fail!("another error: {error}"),
    };
    let found = error.report().findings.iter().filter(|found| found.check == Check::Drift);
    let found: Vec<&str> = found.map(|found| found.what.as_str()).collect();
    match words.iter().find(|word| !found.iter().any(|text| text.contains(**word))) {
        Some(word) => fail!("`{word}` is missing: {found:?}"),
        None => Ok(()),
    }
}

#[test]
fn what_was_changed_by_hand_is_found_before_anything() -> Result<(), Failure> {
    let cases: [(&str, &str, &[&str]); 9] = [
        (
            "alter column name type varchar(40)",
            "alter column name type text",
            &["public.users.name", "character varying(40), and not text"],
        ),
        (
            "alter column name drop not null",
            "alter column name set not null",
            &["name is not as the history knows it: it may be null"],
        ),
        (
            "alter column code set not null",
            "alter column code drop not null",
            &["code is not as the history knows it: it is not null"],
        ),
        ("alter column name drop default", "alter column name set default 'x'", &["no default"]),
        ("alter column name set default 'y'", "alter column name set default 'x'", &["'y'::text"]),
        (
            "alter column price set default 0",
            "alter column price drop default",
            &["it has the default 0"],
        ),
        (
            "alter column code type varchar(20) collate \"default\"",
            "alter column code type varchar(20) collate \"C\"",
            &["collation"],
        ),
        (
            "alter column price type numeric(12, 4)",
            "alter column price type numeric(12, 2)",
            &["numeric(12,4), and not numeric(12, 2)"],
        ),
        (
            "alter column at type timestamptz",
            "alter column at type timestamptz(3)",
            &["timestamp with time zone, and not"],
        ),
    ];
    block_on(async {
        let fixture = Fixture::new("drift").await?;
        let Some(base) = HISTORY.until("m0001_base") else { fail!("no base") };
        fixture.runner(&base).await?.migrate().await?;
        for (make, back, words) in cases {
            fixture.db.batch_execute(&format!("alter table users {make}")).await?;
            let before = fixture.catalog().await?;
            let outcome = fixture.runner(&HISTORY).await?.migrate().await;
            says(outcome, words).map_err(|failure| failure.during(make))?;
            if fixture.catalog().await? != before {
                fail!("something was changed before it stopped: {make}");
            }
            fixture.db.batch_execute(&format!("alter table users {back}")).await?;
        }
        fixture.runner(&HISTORY).await?.migrate().await.map(drop).map_err(Into::into)
    })
}
