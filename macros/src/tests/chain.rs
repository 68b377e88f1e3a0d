//! What a link of a long chain reads of its schema: what it touches, and nothing that others made.

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Schema;
use crate::model::chain::entry::READ;
use crate::model::chain::tables::tests::OPENED;

fn planned(body: &str, schema: Schema) -> Migration {
    let mut errors = Errors::new();
    let migration = Migration::parse_all(body.parse().expect("tokens"), schema, &mut errors);
    let found = errors.take();
    assert!(found.is_empty(), "{body}: {:?}", found[0].1);
    migration
}

#[test]
fn a_link_opens_the_bucket_of_its_table_alone() {
    let tables: Vec<String> = (0..200)
        .map(|at| {
            format!(
                "create_table!(t{at} {{ id: bigint identity primary_key, parent: bigint \
                 references(t{at}.id), note: text, check(\"id > 0\"), index(parent) }});"
            )
        })
        .collect();
    let mut state = planned(&tables.concat(), Schema::default()).schema.write();
    for at in 0..80 {
        let table = at / 4 * 37 % 200;
        let change = match at % 4 {
            0 => format!(
                "add_column!(t{table}.c{at}: text not_null default \"new\"); \
                 add_index!(t{table}(c{at}, note));"
            ),
            1 => format!("add_column!(t{table}.c{at}: text not_null, fill = \"note\");"),
            2 => format!("contract!(m{at});"),
            _ => format!("add_check!(t{table}, \"c{} <> ''\", name = k{at});", at - 2),
        };
        let (read, opened) = (READ.get(), OPENED.get());
        let migration = planned(&change, Schema::read(&state, &format!("m{at}")));
        assert_eq!(migration.schema.shape().len(), 16);
        state = migration.schema.write();
        let (read, opened) = (READ.get() - read, OPENED.get() - opened);
        assert!(read <= 1 && opened <= 1, "{change}: {read} tables of {opened} buckets");
    }
}

#[test]
fn what_was_contracted_is_known_and_not_handed_on_as_open() {
    let first = planned("create_table!(t { id: bigint primary_key, a: text });", Schema::default());
    let pass = |migration: &Migration, name: &str| Schema::read(&migration.schema.write(), name);
    let second = planned("rename_column!(t.a => b);", pass(&first, "m1"));
    let third = planned("contract!(m2);", pass(&second, "m2"));
    let fourth = planned("add_column!(t.c: text);", pass(&third, "m3"));
    let fifth = pass(&fourth, "m4");
    assert!(fifth.holds.is_empty() && fifth.contracts.is_empty());
    // It waits for the contract all the same.
    let sixth = planned("rename_column!(t.b => d);", fifth);
    assert_eq!(sixth.requires(), ["m2"]);
    let mut errors = Errors::new();
    let twice = "contract!(m2);".parse().expect("tokens");
    Migration::parse_all(twice, pass(&fourth, "m4"), &mut errors);
    let found = errors.take();
    assert_eq!(found.len(), 1);
    assert!(found[0].1.contains("the contract of `m2` is declared by `m3`"), "{}", found[0].1);
}
