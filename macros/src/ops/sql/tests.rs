//! The lists of what raw SQL may do and what not, typed into `sql!`.

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Schema;

const REFUSED: &str = include_str!("../../../../tests/ops/sql/refused.sql");
const ACCEPTED: &str = include_str!("../../../../tests/ops/sql/accepted.sql");

/// The tables of the catalog's examples.
const BASE: &str = r"
create_table!(p { id: bigint primary_key });
create_table!(t {
    id: bigint identity primary_key, a: integer, b: integer, c: text, f: text, ts: timestamp,
    p_id: bigint references(p.id),
});
create_table!(nopk { id: bigint });
create_table!(pi { id: integer primary_key });
create_table!(ci { id: bigint primary_key, pi_id: integer references(pi.id) });
create_table!(ch { id: bigint primary_key, p_id: bigint references(p.id) });
create_table!(pt { k: bigint, b: integer });
create_table!(pt2 { k: bigint, b: integer });
create_table!(pnew { k: bigint, b: integer });
";

/// The entries of a list: its comment, and the statements under it.
fn entries(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.split("\n\n").filter_map(|entry| {
        let (comment, sql) = entry.trim().split_once('\n')?;
        (!sql.starts_with("--")).then_some((comment.trim_start_matches("-- "), sql))
    })
}

fn errors_of(sql: &str) -> Vec<String> {
    let errors = &mut Errors::new();
    let text = format!("{BASE} sql!(up = r#\"{sql}\"#, undo = none, reason = \"a test\");");
    let tokens = text.parse().unwrap_or_else(|error| panic!("{sql}: {error}"));
    Migration::parse_all(tokens, Schema::default(), errors);
    errors.take().into_iter().map(|(_, text)| text).collect()
}

#[test]
fn every_unsafe_form_names_the_safe_way() {
    let mut checked = 0;
    for (comment, sql) in entries(REFUSED) {
        let (_, expected) = comment.rsplit_once(": ").unwrap_or_else(|| panic!("{comment}"));
        let errors = errors_of(sql);
        let mut lines = errors.iter().flat_map(|error| error.lines());
        let names_it = lines.any(|line| line.starts_with("help") && line.contains(expected));
        assert!(names_it, "{comment}\n{sql}\n{errors:#?}");
        checked += 1;
    }
    assert!(checked > 100, "only {checked} forms were read");
}

#[test]
fn what_no_macro_stands_for_is_taken() {
    let mut checked = 0;
    for (comment, sql) in entries(ACCEPTED) {
        let errors = errors_of(sql);
        assert!(errors.is_empty(), "{comment}\n{sql}\n{errors:#?}");
        checked += 1;
    }
    assert!(checked > 15, "only {checked} forms were read");
}
