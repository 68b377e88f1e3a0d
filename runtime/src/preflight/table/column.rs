//! Columns that are not as the history knows them.

use crate::migration::KnownColumn;
use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::preflight::table::drift::HELP;
use crate::session::sql::quote_literal;

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::Drift,
    severity: |_| Severity::Fatal,
    sql,
    effect: "the plan is made for the column that the history knows, and would fail or do harm",
    help: HELP,
};

/// A type that only an extension knows, or that is spelled in a way of its own, is not compared.
fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let mut rows: Vec<String> = Vec::new();
    for column in &touched.columns {
        let text = row(column);
        if !rows.contains(&text) {
            rows.push(text);
        }
    }
    if rows.is_empty() {
        return None;
    }
    let known = format!("(values {}) as {KNOWN}", rows.join(", "));
    let sql = include_str!("column.sql").replace("$differences", DIFFERENCES);
    // What the history knows is put in last, since nothing is put into it.
    Some(sql.replace("$known", &known))
}

const KNOWN: &str =
    "n (relation, name, written, base, params, not_null, defaults, generated, identity, sorted_by)";

/// `n` is what the history knows, `a` and what is joined to it the column. Two literals of a plain
/// type are compared as defaults; of expressions, whether there is one.
const DIFFERENCES: &str = include_str!("column_differences.sql");

fn row(column: &KnownColumn) -> String {
    let KnownColumn { table, name, ty, not_null, default, generated, identity, collate } = column;
    let (base, params) = split(ty);
    let texts = [*table, *name, *ty, &base, &params].map(quote_literal).join(", ");
    let default = default.map_or_else(|| "null".to_owned(), quote_literal);
    let rest = [*generated, *identity, *collate].map(quote_literal).join(", ");
    format!("({texts}, {not_null}, {default}::pg_catalog.text, {rest})")
}

/// A type's name, and what stands after it in parentheses.
fn split(ty: &str) -> (String, String) {
    let (Some(open), Some(close)) = (ty.find('('), ty.rfind(')')) else {
        return (ty.to_owned(), String::new());
    };
    let (Some(before), Some(inside), Some(after)) =
        (ty.get(..open), ty.get(open..=close), ty.get(close + 1..))
    else {
        return (ty.to_owned(), String::new());
    };
    (format!("{}{after}", before.trim_end()), inside.replace(' ', "").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_type_is_told_from_its_parameters() {
        let of = |ty: &str| split(ty);
        assert_eq!(of("numeric(12, 2)"), ("numeric".into(), "(12,2)".into()));
        assert_eq!(of("varchar(20)[]"), ("varchar[]".into(), "(20)".into()));
        assert_eq!(
            of("timestamp(3) with time zone"),
            ("timestamp with time zone".into(), "(3)".into())
        );
        assert_eq!(of("text"), ("text".into(), String::new()));
    }
}
