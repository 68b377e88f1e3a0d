//! The query of a view, as the macros take it.

use crate::catalog::declaration::QualifiedName;
use crate::catalog::read::objects::words::expression;
use crate::catalog::said;

/// A view's name, columns and query.
pub(super) struct Query {
    name: QualifiedName,
    /// The names of its columns, where the query does not say them.
    columns: Vec<String>,
    text: String,
}

impl Query {
    /// None where the macros do not take it.
    pub(super) fn of(name: QualifiedName, text: &str, columns: Vec<String>) -> Option<Query> {
        let text = expression::plain(text)?;
        let names = columns.iter().chain([&name.schema, &name.name]);
        if columns.is_empty() || !names.into_iter().all(|name| said::fits(name)) {
            return None;
        }
        let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
        let is_read = ["select", "with", "values"].contains(&first.as_str());
        // The server says no name where it would give this one itself.
        let are_said = first != "values" && !columns.iter().any(|name| name == "?column?");
        let columns = if are_said { Vec::new() } else { columns };
        // The macros take it for all columns.
        let is_read = is_read && !expression::has_whole_row(&text);
        is_read.then_some(Query { name, columns, text })
    }

    /// `totals(customer), "select …"`.
    pub(super) fn said(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|name| said::name(name)).collect();
        let columns =
            if columns.is_empty() { String::new() } else { format!("({})", columns.join(", ")) };
        format!("{}{columns},\n    {}", said::qualified(&self.name), said::text(&self.text))
    }
}

/// A name in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
