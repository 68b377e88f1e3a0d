//! Views: `create_view!`.

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::views::query::{Query, quoted};
use crate::catalog::read::objects::words::{array, raw};

use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("plain.sql"), say };

const REASON: &str = "a view that `create_view!` cannot say";

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    found.extend(rows.iter().map(|row| {
        let mut text = text(&row).unwrap_or_else(|| raw::sql(&statement(&row), REASON));
        if let Some(defaults) = row.get(8) {
            text += "\n";
            text += &raw::sql(defaults, "defaults of a view's columns");
        }
        Declaration {
            kind: DeclaredKind::View,
            id: raw::id(&row),
            name: raw::name(&row),
            on: None,
            text,
            unsaid: None,
        }
    }));
}

/// Its options with their values as they are meant.
fn options(row: &Row) -> Vec<(String, String)> {
    let split = |option: String| {
        let (name, value) = option.split_once('=').unwrap_or((&option, "true"));
        (name.to_owned(), value.to_lowercase())
    };
    let is_off = |value: &str| ["false", "off", "no", "0"].contains(&value);
    let all = array::texts(row.text(6)).into_iter().map(split);
    let mut all: Vec<_> = all.filter(|(_, value)| !is_off(value)).collect();
    all.sort();
    all
}

fn text(row: &Row) -> Option<String> {
    let query = Query::of(raw::name(row), row.text(4), array::texts(row.text(5)))?;
    let mut said = format!("create_view!({}", query.said());
    for (name, value) in options(row) {
        match name.as_str() {
            "security_barrier" | "security_invoker" => said.extend([", ", &name]),
            "check_option" => said.extend([", check_option = ", &value]),
            _ => return None,
        }
    }
    Some(said + ");")
}

fn statement(row: &Row) -> String {
    let columns: Vec<String> = array::texts(row.text(5)).iter().map(|name| quoted(name)).collect();
    let options: Vec<String> =
        options(row).iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let with =
        if options.is_empty() { String::new() } else { format!(" with ({})", options.join(", ")) };
    let (name, columns, query) = (row.text(7), columns.join(", "), row.text(4));
    format!("create view {name} ({columns}){with} as\n{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_what_they_mean() {
        let said = |options: &str| {
            let values = ["1", "2", "public", "v", " SELECT 1 AS a", "{a}", options, "public.v"];
            let values = values.map(|value| Some(value.to_owned())).to_vec();
            let rows = Rows::new(vec![values], 1);
            let mut found = Vec::new();
            say(&rows, &mut found);
            found.pop().map(|one| one.text).unwrap_or_default()
        };
        assert_eq!(said("{security_barrier=on}"), said("{security_barrier=true}"));
        assert_eq!(said("{security_barrier=off}"), said(""));
        assert!(said("{check_option=local}").ends_with(", check_option = local);"));
    }
}
