//! A schema is built in the order in which each thing meets what it needs, tables that point at each
//! other too.

use crate::model::Schema;
use crate::model::dependents::item::Item;
use crate::plan::sql::sea;
use crate::tests::forms::{history, refuses};
use crate::tests::typos::{BASE, SAMPLES};

/// The same by holding each against each other, as often as something is made.
fn slowly(schema: &Schema) -> Vec<Item<'_>> {
    let mut left: Vec<Item> = schema.in_order_of_need();
    left.sort_by_key(|item| match item {
        Item::Table(table) => (item.rank(), table.name.to_string()),
        _ => (item.rank(), String::new()),
    });
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let ready = |item: &Item| !left.iter().any(|other| item.needs(other));
        let (mut now, mut later): (Vec<Item>, Vec<Item>) = left.iter().copied().partition(ready);
        if now.is_empty() {
            now.push(later.remove(0));
        }
        ordered.extend(now);
        left = later;
    }
    ordered
}

fn built(body: &str) -> Vec<String> {
    let (planned, said) = history(&[body]);
    assert_eq!(said, Vec::<String>::new());
    let schema = planned.last().map(|last| &last.schema).expect("a migration");
    sea::build(&schema.in_order_of_need())
}

#[test]
fn the_order_is_the_one_that_needs_alone_give() {
    let mut compared = 0;
    for sample in [""].iter().chain(SAMPLES) {
        let (planned, said) = history(&[BASE, sample]);
        let Some(last) = planned.last().filter(|_| said.is_empty()) else { continue };
        let [quick, slow] =
            [last.schema.in_order_of_need(), slowly(&last.schema)].map(|it| sea::build(&it));
        assert_eq!(quick, slow, "{sample}");
        compared += 1;
    }
    assert!(compared > 40, "only {compared}");
}

const CIRCLE: &str = r#"
    create_table!(a { id: bigint primary_key });
    create_table!(b { id: bigint primary_key, a_id: bigint references(a.id), c_id: bigint });
    create_table!(c { id: bigint primary_key, b_id: bigint references(b.id) });
    create_table!(d { id: bigint primary_key, c_id: bigint references(c.id), d_id: bigint references(d.id) });
    create_view!(v, "select b.id from b join c on c.b_id = b.id");
    "#;
const KEYS: &str = r"
    add_foreign_key!(b.c_id => c.id, name = b_to_c);
    add_foreign_key!(a.id => b.id, name = a_to_b);
    ";

#[test]
fn keys_of_tables_that_point_at_each_other_come_after_both() {
    let built = built(&format!("baseline; {CIRCLE} {KEYS}"));
    let at = |start: &str| {
        let found = built.iter().position(|sql| sql.starts_with(start));
        found.unwrap_or_else(|| panic!("no {start}: {built:#?}"))
    };
    let table = |name: &str| at(&format!("create table \"public\".\"{name}\""));
    for (name, sql) in ["a", "b", "c", "d"].map(|name| (name, &built[table(name)])) {
        for other in ["a", "b", "c", "d"].into_iter().filter(|other| *other != name) {
            let points = sql.contains(&format!("references \"public\".\"{other}\""));
            assert!(!points || table(other) < table(name), "{name} before {other}: {built:#?}");
        }
    }
    let keys: Vec<&String> = built.iter().filter(|sql| sql.contains("add constraint")).collect();
    assert!(!keys.is_empty(), "{built:#?}");
    // Each key is there once.
    assert_eq!(built.join(";").matches("foreign key").count(), 6, "{built:#?}");
}

#[test]
fn a_table_that_points_forward_is_told_what_to_do() {
    let first =
        "baseline; create_table!(a { id: bigint primary_key, b_id: bigint references(b.id) });";
    refuses(&[first], "add_foreign_key!(a.b_id => b.id); after both");
}
