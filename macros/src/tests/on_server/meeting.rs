//! Changes of one column and of what is built on it, of which the first keeps its contract for the
//! end: each pair is refused by the compiler, or ends as the model says.

use changeover::migration as data;
use changeover::testing::Server;

use super::{Failure, History, dump, expect_equal, run_all, runner};

const BASE: &str = r#"
create_table!(customers { id: bigint identity primary_key, number: bigint not_null unique });
create_table!(users {
    id: bigint identity primary_key,
    email: text not_null,
    number: bigint references(customers.number, on_delete = cascade),
    index(email),
    index(number),
    unique(email, id),
});
create_table!(notes { id: bigint identity primary_key, body: text });
create_view!(mails, "select id, email from users");
create_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end");
create_trigger!(checked on users, before(update), when = "new.email <> ''", function = touch);
"#;

const SEED: &str = "
    insert into customers (number) select n from generate_series(1, 20) n;
    insert into users (email, number) select n || '@x', n from generate_series(1, 20) n;";

const WRITE: &str = "
    update users set id = id + 1000 where id < 3;
    update customers set id = id + 1000 where id < 3";

const FIRST: &[&str] = &[
    "replace_index!(users_email_idx => users(email, id));",
    "replace_index!(users_number_idx => users(number desc));",
    "drop_index!(users_email_idx);",
    "drop_index!(users_number_idx);",
    "drop_constraint!(users.users_email_id_key);",
    "drop_constraint!(users.users_number_fkey);",
    "drop_view!(mails);",
    "drop_trigger!(checked on users);",
    "change_primary_key!(users(email));",
];

const SECOND: &[&str] = &[
    "change_type!(users.email: text collate(\"C\"));",
    "rename_column!(users.email => address);",
    "rename_column!(users.number => customer_number);",
    "drop_column!(users.number);",
];

/// What becomes of a column that a trigger keeps, and of the trigger's function.
const KEPT: &[&[&str]] = &[
    &["add_generated_column!(notes.loud: text = \"upper(body)\", stored);", "drop_table!(notes);"],
    &[
        "add_generated_column!(notes.loud: text = \"upper(body)\", stored);",
        "rename_table!(notes => remarks);",
        "contract!(m0003);",
        "drop_generated!(remarks.loud);",
    ],
    &[
        "add_generated_column!(notes.loud: text = \"upper(body)\", stored);",
        "rename_table!(notes => remarks);",
        "contract!(m0003);",
        "drop_table!(remarks);",
    ],
];

async fn live(history: &data::Migrations, gates: &[&str]) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let database = server.database("meeting").await?;
    runner(&database, history, "m0001_base").await?.contract().await?;
    let client = database.connect().await?;
    client.batch_execute(SEED).await?;
    runner(&database, history, "m0003").await?.migrate().await?;
    client.batch_execute(WRITE).await?;
    for gate in gates {
        runner(&database, history, gate).await?.contract().await?;
        client.batch_execute(WRITE).await?;
    }
    let model = server.database("meeting_model").await?;
    let client = model.connect().await?;
    for statement in history.schema {
        client.batch_execute(statement).await.map_err(|error| format!("{statement}: {error:?}"))?;
    }
    expect_equal("the end and the model", &dump(&database).await?, &dump(&model).await?)
}

#[test]
fn a_change_waits_for_the_contract_of_what_holds_its_parts() {
    let mut histories = Vec::new();
    for first in FIRST {
        for second in SECOND {
            let Ok(history) = History::of(BASE, &[first, second]) else { continue };
            // Then the contract of the second, before that of the first.
            let is_apart = history.has_contract("m0003") && !history.has_switch("m0003");
            histories.push((format!("{first}\n{second}"), history.leaked()));
            if is_apart && let Ok(apart) = History::of(BASE, &[first, second, "contract!(m0003);"])
            {
                histories.push((format!("{first}\n{second}\napart"), apart.leaked()));
            }
        }
    }
    assert!(histories.len() > 20, "nearly everything was refused");
    let failures = run_all(&histories, &async |(name, history)| {
        let gates: Vec<&str> = history.migrations.iter().skip(3).map(|one| one.id).collect();
        let outcome = live(history, &gates).await;
        outcome.map_err(|failure| format!("{name}\n{failure}").into())
    });
    let total = histories.len();
    assert!(failures.is_empty(), "{} of {total}:\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn a_trigger_that_keeps_a_column_leaves_nothing() {
    let histories: Vec<(String, data::Migrations)> = KEPT
        .iter()
        .map(|changes| match History::of(BASE, changes) {
            Ok(history) => (changes.join("\n"), history.leaked()),
            Err(errors) => panic!("{changes:?}: {}", errors.join("\n")),
        })
        .collect();
    let failures = run_all(&histories, &async |(name, history)| {
        let gates: Vec<&str> = history.migrations.iter().skip(3).map(|one| one.id).collect();
        let outcome = live(history, &gates).await;
        outcome.map_err(|failure| format!("{name}\n{failure}").into())
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
