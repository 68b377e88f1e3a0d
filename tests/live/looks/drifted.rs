//! What was changed by hand under the objects that a migration is made for stops it before anything is
//! changed, whichever kind of object it is.

mod histories;

use changeover::{Check, Error, ErrorKind, Migrations, Report};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, fail};

use self::histories::*;

/// The history, what somebody does, and what has to be said; in the words of a check, too, where there
/// are any.
const CASES: [(&str, &Migrations, &str, &[&str]); 29] = [
    (
        "a renamed column is gone",
        &rename_column::HISTORY,
        "alter table users rename name to full_name",
        &[
            "column public.users.name does not exist",
            "declared: name: text",
            "add_column!(users.name: text);",
        ],
    ),
    (
        "a renamed column has another type",
        &rename_column::HISTORY,
        "alter table users alter name type varchar(9)",
        &[
            "name is not as the history knows it: it is character varying(9), and not text",
            "column users.name is not as it is declared",
            "declared: name: text",
            "there: name: varchar(9)",
            "to bring the database to the code: change_type!(users.name: text);",
            "to bring the code to the database: change_type!(users.name: varchar(9));",
        ],
    ),
    (
        "a renamed column's new name is taken",
        &rename_column::HISTORY,
        "alter table users add title int",
        &[
            "column \"public\".\"users\".\"title\" exists already",
            "column users.title is there and not declared",
        ],
    ),
    (
        "a retyped column is gone",
        &change_type::HISTORY,
        "alter table users drop age",
        &["column public.users.age does not exist"],
    ),
    (
        "a retyped column is another",
        &change_type::HISTORY,
        "alter table users alter age type smallint",
        &["it is smallint, and not int", "there: age: smallint"],
    ),
    (
        "a foreign key's column is another",
        &add_foreign_key::HISTORY,
        "alter table users alter team type text",
        &["it is text, and not bigint", "change_type!(users.team: bigint);"],
    ),
    (
        "a foreign key's target is another",
        &add_foreign_key::HISTORY,
        "drop view adults; alter table teams alter id type int",
        &["public.teams.id is not as the history knows it"],
    ),
    (
        "a foreign key's column is gone",
        &add_foreign_key::HISTORY,
        "alter table users drop team",
        &["column public.users.team does not exist"],
    ),
    (
        "a column is not null already",
        &set_not_null::HISTORY,
        "alter table users alter name set not null",
        &["it is not null", "drop_not_null!(users.name);"],
    ),
    (
        "a column that becomes not null is gone",
        &set_not_null::HISTORY,
        "alter table users drop name",
        &["column public.users.name does not exist"],
    ),
    (
        "a dropped column is gone",
        &drop_column::HISTORY,
        "alter table users drop extra",
        &["column public.users.extra does not exist"],
    ),
    (
        "a dropped index is gone",
        &drop_index::HISTORY,
        "drop index by_age",
        &["\"public\".\"by_age\" does not exist", "add_index!(users(score), name = by_age);"],
    ),
    (
        "a dropped constraint is gone",
        &drop_constraint::HISTORY,
        "alter table users drop constraint email_once",
        &[
            "constraint \"email_once\" on \"public\".\"users\" does not exist",
            "add_unique!(users(email), name = email_once);",
        ],
    ),
    (
        "a validated constraint is gone",
        &validate_constraint::HISTORY,
        "alter table users drop constraint of_age",
        &[
            "constraint \"of_age\" on \"public\".\"users\" does not exist",
            "constraint users.of_age",
        ],
    ),
    (
        "a renamed index is gone",
        &rename_index::HISTORY,
        "drop index by_age",
        &["\"public\".\"by_age\" does not exist"],
    ),
    (
        "a renamed index's new name is taken",
        &rename_index::HISTORY,
        "create index users_by_age on teams (title)",
        &["\"public\".\"users_by_age\" exists already"],
    ),
    (
        "a renamed constraint is gone",
        &rename_constraint::HISTORY,
        "alter table users drop constraint of_age",
        &["\"of_age\" on \"public\".\"users\" does not exist"],
    ),
    (
        "a renamed constraint's new name is taken",
        &rename_constraint::HISTORY,
        "alter table users add constraint adult check (true)",
        &["constraint \"adult\" on \"public\".\"users\" exists already"],
    ),
    (
        "a replaced view is gone",
        &replace_view::HISTORY,
        "drop view adults",
        &["\"public\".\"adults\" does not exist"],
    ),
    (
        "a replaced function is gone",
        &replace_function::HISTORY,
        "drop function twice(bigint)",
        &["function \"public\".\"twice\"(bigint) does not exist"],
    ),
    (
        "a dropped trigger is gone",
        &drop_trigger::HISTORY,
        "drop trigger touched on users",
        &["trigger \"touched\" on \"public\".\"users\" does not exist"],
    ),
    (
        "an attached partition is gone",
        &attach_partition::HISTORY,
        "drop table logs_old",
        &["\"public\".\"logs_old\" does not exist"],
    ),
    (
        "a unique column is gone",
        &add_unique::HISTORY,
        "alter table users drop team",
        &["column public.users.team does not exist"],
    ),
    (
        "a created table is there",
        &create_table::HISTORY,
        "create table orders (id int)",
        &[
            "table \"public\".\"orders\" exists already",
            "table orders is there and not declared",
            "to bring the database to the code: drop_table!(orders);",
        ],
    ),
    (
        "an added column is there",
        &add_column::HISTORY,
        "alter table users add plan int",
        &["column \"public\".\"users\".\"plan\" exists already", "there: plan: integer"],
    ),
    (
        "a created index is there",
        &create_index::HISTORY,
        "create index by_email on users (email)",
        &["\"public\".\"by_email\" exists already"],
    ),
    (
        "an indexed column is gone",
        &create_index::HISTORY,
        "alter table users drop email",
        &["column public.users.email does not exist"],
    ),
    (
        "an added check is there",
        &add_check::HISTORY,
        "alter table users add constraint mortal check (true)",
        &["constraint \"mortal\" on \"public\".\"users\" exists already"],
    ),
    (
        "a created type is there",
        &create_enum::HISTORY,
        "create type mood as enum ('good')",
        &["type \"public\".\"mood\" exists already"],
    ),
];

fn says(outcome: Result<Report, Error>, words: &[&str]) -> Result<(), Failure> {
    let error = match outcome {
        Ok(_) => fail!("it was not found"),
        Err(error) if error.kind() == ErrorKind::Preflight => error,
        Err(error) => fail!("another error: {error}"),
    };
    if !error.report().findings.iter().any(|found| found.check == Check::Drift) {
        fail!("no drift: {error}");
    }
    let message = error.to_string();
    match words.iter().chain(&["help: "]).find(|word| !message.contains(**word)) {
        Some(word) => fail!("`{word}` is missing:\n{message}"),
        None => Ok(()),
    }
}

async fn base(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let Some(base) = rename_column::HISTORY.until("m0001_base") else { fail!("no base") };
    fixture.runner(&base).await?.migrate().await?;
    Ok(fixture)
}

const RUN: &str = "select count(*) from changeover.steps where migration = 'm0002_change' \
                   and state <> 'planned'";

#[test]
fn drift_is_told_before_anything_is_changed() -> Result<(), Failure> {
    block_on(async {
        let mut problems = Vec::new();
        for (at, (name, history, drift, words)) in CASES.into_iter().enumerate() {
            let fixture = base(&format!("drifted_{at}")).await?;
            fixture.db.batch_execute(drift).await?;
            let before = fixture.catalog().await?;
            let outcome = fixture.runner(history).await?.migrate().await;
            if let Err(failure) = says(outcome, words) {
                problems.push(failure.during(name).to_string());
            }
            if fixture.catalog().await? != before || fixture.count(RUN).await? > 0 {
                problems.push(format!("{name}: something was changed"));
            }
        }
        if problems.is_empty() { Ok(()) } else { fail!("{}", problems.join("\n\n")) }
    })
}

#[test]
fn a_migration_as_it_is_made_for_runs() -> Result<(), Failure> {
    block_on(async {
        for (at, history) in [
            &rename_column::HISTORY,
            &change_type::HISTORY,
            &add_foreign_key::HISTORY,
            &set_not_null::HISTORY,
            &drop_column::HISTORY,
            &drop_index::HISTORY,
            &drop_constraint::HISTORY,
            &validate_constraint::HISTORY,
            &rename_index::HISTORY,
            &rename_constraint::HISTORY,
            &replace_view::HISTORY,
            &replace_function::HISTORY,
            &drop_trigger::HISTORY,
            &attach_partition::HISTORY,
            &add_unique::HISTORY,
            &create_table::HISTORY,
            &add_column::HISTORY,
            &create_index::HISTORY,
            &add_check::HISTORY,
            &create_view::HISTORY,
            &create_enum::HISTORY,
        ]
        .into_iter()
        .enumerate()
        {
            let fixture = base(&format!("undrifted_{at}")).await?;
            let during = |error: Error| Failure::from(error).during(format!("case {at}"));
            let mut runner = fixture.runner(history).await?;
            runner.migrate().await.map_err(during)?;
            runner.undo("m0002_change").await.map_err(during)?;
            runner.migrate().await.map_err(during)?;
        }
        Ok(())
    })
}

/// What a contract drops is asked for before its gate.
#[test]
fn what_a_contract_drops_is_there_before_it_begins() -> Result<(), Failure> {
    mod m0003_contract {
        changeover::migration! {
            after super::histories::drop_column::m0002_change;
            contract!(m0002_change);
        }
    }
    use drop_column::m0002_change;
    changeover::migrations! {
        static HISTORY = [m0001_base, m0002_change, m0003_contract];
    }
    block_on(async {
        let fixture = base("drifted_contract").await?;
        fixture.runner(&drop_column::HISTORY).await?.migrate().await?;
        fixture.db.batch_execute("alter table users drop extra").await?;
        let before = fixture.catalog().await?;
        let outcome = fixture.runner(&HISTORY).await?.contract().await;
        says(outcome, &["column \"public\".\"users\".\"extra\" does not exist"])?;
        if fixture.catalog().await? != before {
            fail!("something was changed");
        }
        Ok(())
    })
}

/// A role that may make no schema is told what is known without one.
#[test]
fn a_role_without_rights_is_told_of_the_column() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("drifted_role").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        roles.give(&fixture.db, &[]).await?;
        let Some(base) = rename_column::HISTORY.until("m0001_base") else { fail!("no base") };
        roles.start(&base).await?.migrate().await?;
        let drift = "alter table users alter team type text; alter table users add title int";
        fixture.db.batch_execute(drift).await?;
        let outcome = roles.start(&add_foreign_key::HISTORY).await?.migrate().await;
        says(outcome, &["it is text, and not bigint"])?;
        let outcome = roles.start(&rename_column::HISTORY).await?.migrate().await;
        says(outcome, &["column users.title is there and not declared"])?;
        roles.drop().await
    })
}
