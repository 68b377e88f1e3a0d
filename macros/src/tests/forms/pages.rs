//! What the operations' pages show compiles, each change by itself.

use std::fs;
use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};

use crate::tests::forms::said;
use crate::tests::typos::tokens;

/// The tables that the pages are about.
const TABLES: &str = r#"
create_schema!(extensions);
create_table!(customers { id: bigint identity primary_key, region: bigint not_null, unique(region, id) });
create_table!(users {
    id: integer identity primary_key, username: text not_null, name: text, plan: text,
    email: text, team_id: bigint, updated_at: timestamptz, deleted_at: timestamptz,
    index(email), index(username),
}, allow(narrow_key, reason = "for change_type"));
create_table!(orders {
    id: bigint identity primary_key, customer_id: bigint not_null, customer: bigint, region: bigint not_null,
    referrer_id: integer, user_id: integer references(users.id), number: bigint not_null,
    status: text not_null default "pending", total: numeric(12, 2) not_null check("total >= 0"),
    stock: integer, created_at: timestamptz not_null default sql("now()"), label: text, priority: integer,
    net: numeric, tax: numeric, note: varchar(100), amount: numeric(10, 2), code: text, placed_at: timestamp,
    legacy_tracking_id: text, channel: text not_null, country: text,
    index(status, created_at desc), index(user_id), index(number),
}, allow(timestamp_without_time_zone, reason = "for change_type"));
create_table!(invoices { id: bigint identity primary_key, user_id: integer references(users.id), index(user_id) });
create_table!(bookings { room: int4range, during: tstzrange, cancelled: boolean not_null default false });
create_table!(documents { id: bigint identity primary_key, body: text });
create_table!(legacy_orders { id: bigint identity primary_key });
"#;

/// What a page needs besides, and what stands in the place of the tables where it makes those.
const BESIDES: &[(&str, &str)] = &[
    ("add_enum_value", ENUM),
    ("drop_enum", "create_enum!(order_status { shipped });"),
    ("drop_enum_value", ENUM),
    ("rename_enum_value", ENUM),
    (
        "add_primary_key",
        "create_table!(events { id: bigint not_null, at: date not_null, kind: text });",
    ),
    (
        "attach_partition",
        "create_table!(events { at: date not_null, partition_by(range(at)) }); create_table!(events_2020 { at: date not_null });",
    ),
    (
        "partition_table",
        "create_table!(events { id: bigint not_null, created_at: timestamptz not_null, country: text not_null, primary_key(id, created_at, country) });",
    ),
    (
        "keep_partitions",
        "create_table!(events { at: timestamptz not_null, partition_by(range(at)) }); keep_partitions!(events, yearly, ahead = 1);",
    ),
    (
        "detach_partition",
        "create_table!(events { at: date not_null, partition_by(range(at)) }); create_partition!(events_2020 of events, from(\"2020-01-01\") to(\"2021-01-01\"));",
    ),
    (
        "delete_rows",
        "create_table!(events { id: bigint primary_key, created_at: timestamptz }); create_table!(carts { id: bigint primary_key });",
    ),
    (
        "move_rows",
        "create_table!(events { id: bigint primary_key, created_at: timestamptz }); create_table!(events_archive { id: bigint primary_key, created_at: timestamptz });",
    ),
    ("create_trigger", STAMP),
    ("drop_trigger", STAMP),
    ("replace_trigger", STAMP),
    (
        "drop_generated",
        "create_table!(people { id: bigint primary_key, name: text }); add_generated_column!(users.shout: text = \"upper(username)\", stored);",
    ),
    ("change_type", "create_extension!(citext);"),
    ("drop_identity", "add_identity!(orders.number);"),
    (
        "drop_not_null",
        "set_not_null!(users.email); add_column!(users.phone: text not_null default \"none\");",
    ),
    (
        "disable_row_level_security",
        "create_policy!(all_rows on orders, using = \"true\"); enable_row_level_security!(orders);",
    ),
    ("enable_row_level_security", "create_policy!(all_rows on orders, using = \"true\");"),
    ("grant", GRANTED),
    ("revoke", "grant!(insert on orders to app);"),
    ("merge_columns", "add_column!(users.first_name: text); add_column!(users.last_name: text);"),
    ("rename_constraint", "add_unique!(users(email));"),
    ("rename_table", "create_schema!(billing);"),
    (
        "set_replica_identity",
        "create_table!(events { id: bigint primary_key }); create_table!(drafts { id: bigint primary_key }); add_unique!(orders(number)); set_replica_identity!(orders, full);",
    ),
    ("set_logged", "create_table!(unlogged sessions { id: bigint primary_key });"),
    ("set_unlogged", "create_table!(sessions { id: bigint primary_key });"),
];
const ENUM: &str = "create_enum!(order_status { pending, shipped, lost, cancelled }); add_column!(orders.state: order_status);";
const STAMP: &str = "create_function!(touch() returns trigger, language = plpgsql, body = \"begin return new; end\"); create_function!(log() returns trigger, language = plpgsql, body = \"begin return null; end\");";
const GRANTED: &str = "create_function!(total_of(customer: bigint) returns bigint, language = sql, body = \"select 1\"); create_sequence!(order_numbers); create_schema!(billing);";

/// What is in the way of a page's change, and what stands in its place.
const IN_THE_WAY: &[(&str, &str, &str)] = &[
    ("add_column", " plan: text,", ""),
    ("add_column", " region: bigint not_null,\n    referrer_id", " referrer_id"),
    ("add_index", "index(status, created_at desc), ", ""),
    ("merge_columns", " name: text,", ""),
    ("rename_column", " number: bigint not_null,", ""),
    ("rename_column", ", index(number)", ""),
    ("validate_constraint", "\"total >= 0\"", "\"total >= 0\", not_valid"),
];

/// The pages that make what the others use.
const MAKERS: [(&str, &str); 9] = [
    ("domain", "create_domain"),
    ("extension", "create_extension"),
    ("function", "create_function"),
    ("materialized_view", "create_materialized_view"),
    ("policy", "create_policy"),
    ("schema", "create_schema"),
    ("sequence", "create_sequence"),
    ("trigger", "create_trigger"),
    ("view", "create_view"),
];

fn page(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("src/ops/{name}.md"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    // Rustdoc takes what stands in any other block for Rust, and runs it.
    let fences: Vec<&str> = text.lines().filter(|line| line.starts_with("```")).collect();
    let is_paired = |pair: &[&str]| matches!(pair, ["```text", "```"]);
    assert!(
        fences.chunks(2).all(is_paired),
        "{name}.md: each block opens with ```text and is closed"
    );
    let blocks = text.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.collect::<Vec<_>>().join("\n")
}

/// The changes of a text, one by one.
fn changes(text: &str) -> Vec<String> {
    let mut found = vec![TokenStream::new()];
    for token in tokens(text) {
        let is_end = matches!(&token, TokenTree::Punct(sign) if sign.as_char() == ';');
        found.last_mut().expect("one").extend([token]);
        if is_end {
            found.push(TokenStream::new());
        }
    }
    found.into_iter().filter(|change| !change.is_empty()).map(|change| change.to_string()).collect()
}

/// A page's tables are in the way of those that it makes itself.
fn base(name: &str) -> String {
    let besides = BESIDES.iter().find(|(page, _)| *page == name).map_or("", |(_, text)| text);
    let verb = name.split('_').next().unwrap_or_default();
    let of = name.strip_prefix(&format!("{verb}_")).unwrap_or_default();
    let is_later = ["drop", "replace", "change", "refresh"].contains(&verb);
    let maker = MAKERS.iter().find(|(what, _)| *what == of && is_later).map(|(_, page)| *page);
    let made = maker.map(|maker| {
        let made = changes(&page(maker)).into_iter().filter(|change| {
            // What the replaced one has in the page, with the argument that the page names.
            !change.contains("since")
        });
        let extra = if maker == "create_function" {
            "create_function!(total_of(customer: bigint) returns numeric, language = sql, body = \"select 1.0\");"
        } else {
            ""
        };
        made.chain([extra.to_owned()]).collect::<String>()
    });
    let mut tables = TABLES.to_owned();
    for (_, from, to) in IN_THE_WAY.iter().filter(|(page, ..)| *page == name) {
        assert!(tables.contains(from), "{name}: {from}");
        tables = tables.replacen(from, to, 1);
    }
    format!("{tables}{besides}{}", made.unwrap_or_default())
}

#[test]
fn each_page_shows_what_compiles() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/ops");
    let files = fs::read_dir(dir).expect("the pages").filter_map(Result::ok);
    let names = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        name.strip_suffix(".md").map(str::to_owned)
    });
    let (mut failures, mut count) = (Vec::new(), 0);
    for name in names {
        for change in changes(&page(&name)) {
            let any = if name.ends_with("function") { "select 1.0" } else { "true" };
            let change = change.replace('…', any);
            count += 1;
            let migrations = match name.as_str() {
                "create_enum" => vec![page(&name)],
                // One that it makes is granted below.
                "create_function" => vec![base(&name), page(&name)],
                "create_table" => vec![MADE_FOR_TABLES.to_owned(), change.clone()],
                "create_partition" => vec![parent_of(&change), change.clone()],
                _ => vec![base(&name), change.clone()],
            };
            let migrations: Vec<&str> = migrations.iter().map(String::as_str).collect();
            let said = said(&migrations);
            if !said.is_empty() {
                failures.push(format!("{name}.md: {change}\n{}", said.join("\n")));
            }
        }
    }
    assert!(count > 100, "only {count} changes were found");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

const MADE_FOR_TABLES: &str = r"
create_extension!(citext);
create_enum!(order_status { pending, shipped });
create_table!(customers { id: bigint identity primary_key, region: text not_null, unique(region, id) });
";

/// A partitioned table that the partition of a page fits.
fn parent_of(change: &str) -> String {
    let key = if change.contains(" in ") || change.contains("in (") {
        "list(country)"
    } else if change.contains("modulus") {
        "hash(country)"
    } else {
        "range(at)"
    };
    format!(
        "create_table!(events {{ at: date not_null, country: text not_null, partition_by({key}) }});"
    )
}
