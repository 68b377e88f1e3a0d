//! Changes of columns of a partitioned table that constraints are built on: refused, or done.

use changeover::migration as data;
use changeover::testing::Server;

use super::{Failure, History, dump, expect_equal, run_all, runner};

const BASE: &str = r#"
create_table!(
    customers { id: integer identity primary_key },
    allow(narrow_key, reason = "to be widened")
);
create_table!(visits {
    id: bigint not_null,
    at: date not_null,
    page: text not_null,
    code: text,
    customer_id: integer references(customers.id),
    other: integer not_null,
    primary_key(id, at),
    unique(page, at),
    index(customer_id),
    index((other, at), unique),
    index(code),
    check("code <> ''"),
    partition_by(range(at)),
});
create_partition!(visits_1 of visits, from("2020-01-01") to("2021-01-01"));
create_partition!(visits_2 of visits, default);
create_table!(pointing {
    id: bigint identity primary_key,
    visit_id: bigint, at: date,
    foreign_key(visit_id, at => visits(id, at)),
    index(visit_id, at),
});
"#;

const SEED: &str = "
    insert into customers select from generate_series(1, 20) n;
    insert into visits (id, at, page, customer_id, other) select n, date '2020-12-25' + n, n, n, n from generate_series(1, 20) n;
    insert into pointing (visit_id, at) select id, at from visits";

/// Each change, and what it is refused with.
const CHANGES: &[(&str, &str)] = &[
    (
        "rename_column!(visits.page => path);",
        "add_index!(visits(page, at), unique); then drop_constraint!(visits.visits_page_at_key);",
    ),
    (
        "rename_column!(visits.customer_id => customer);",
        "drop_constraint!(visits.visits_customer_id_fkey); and its contract first",
    ),
    ("change_type!(visits.page: text collate(\"C\"));", "direct(max_rows"),
    ("change_type!(visits.id: numeric, with(pointing.visit_id));", "direct(max_rows"),
    ("change_type!(customers.id: bigint, with(visits.customer_id));", "direct(max_rows"),
    (
        "add_column!(visits.more: integer references(customers.id), allow(foreign_key_without_index, reason = \"a\"));",
        "direct(max_rows",
    ),
    ("rename_column!(visits.code => number);", ""),
    ("rename_column!(visits.other => another);", ""),
    ("change_type!(visits.code: text collate(\"C\"));", ""),
    ("change_type!(visits.other: bigint);", ""),
    (
        "change_type!(visits.page: text collate(\"C\"), direct(max_rows = 1000, reason = \"a\"));",
        "",
    ),
    (
        "change_type!(visits.id: numeric, with(pointing.visit_id), direct(max_rows = 1000, reason = \"a\"));",
        "",
    ),
    (
        "change_type!(customers.id: bigint, with(visits.customer_id), direct(max_rows = 1000, reason = \"a\"));",
        "",
    ),
    (
        "add_column!(visits.more: integer references(customers.id), allow(foreign_key_without_index, reason = \"a\"), direct(max_rows = 1000, reason = \"a\"));",
        "",
    ),
    (
        "add_index!(visits(page, at), unique, name = kept); drop_constraint!(visits.visits_page_at_key);",
        "",
    ),
];

async fn live(history: &data::Migrations) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let database = server.database("parts").await?;
    runner(&database, history, "m0001_base").await?.contract().await?;
    database.connect().await?.batch_execute(SEED).await?;
    let before = dump(&database).await?;
    runner(&database, history, "m0002").await?.migrate().await?;
    runner(&database, history, "m0002").await?.undo("m0002").await?;
    expect_equal("after the undo", &before, &dump(&database).await?)?;
    let head = history.head().map_or("", |head| head.id);
    runner(&database, history, head).await?.contract().await?;
    let model = server.database("parts_model").await?;
    let client = model.connect().await?;
    for statement in history.schema {
        client.batch_execute(statement).await?;
    }
    expect_equal("the end and the model", &dump(&database).await?, &dump(&model).await?)
}

#[test]
fn what_has_no_form_on_a_partitioned_table_is_refused() {
    let mut histories = Vec::new();
    for (change, refusal) in CHANGES {
        match History::of(BASE, &[change]) {
            Ok(history) => {
                assert_eq!(*refusal, "", "not refused: {change}");
                histories.push((*change, history.leaked()));
            }
            Err(errors) => assert!(
                !refusal.is_empty() && errors.iter().all(|error| error.contains(refusal)),
                "{change}\n{errors:#?}"
            ),
        }
    }
    let failures = run_all(&histories, &async |(name, history)| {
        live(history).await.map_err(|failure| format!("{name}\n{failure}").into())
    });
    let total = histories.len();
    assert!(failures.is_empty(), "{} of {total}:\n{}", failures.len(), failures.join("\n\n"));
}
