//! Domains: `create_domain!`.

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::{array, expression, raw, type_text};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("domains.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    found.extend(rows.iter().map(|row| {
        let text = text(&row);
        Declaration {
            kind: DeclaredKind::Domain,
            id: raw::id(&row),
            name: raw::name(&row),
            on: None,
            text: text.unwrap_or_else(|| {
                raw::sql(row.text(12), "a domain that `create_domain!` cannot say")
            }),
            unsaid: None,
        }
    }));
}

fn text(row: &Row) -> Option<String> {
    let name = raw::name(row);
    if !said::fits(&name.schema) || !said::fits(&name.name) {
        return None;
    }
    let mut words = vec![type_text::said(row.text(4), row.text(5))];
    if row.is_true(6) {
        words.push("not_null".to_owned());
    }
    if let Some(default) = row.get(7) {
        words.push(format!("default sql({})", said::text(&expression::value(default)?)));
    }
    if let Some(collation) = row.get(8) {
        // The macros take those of PostgreSQL's own alone.
        let is_own = row.text(13) == "pg_catalog" && said::fits(collation);
        words.push(is_own.then(|| format!("collate({})", said::text(collation)))?);
    }
    let checks = array::texts(row.text(10)).into_iter().zip(array::texts(row.text(11)));
    for (constraint, definition) in checks {
        words.push(check(&name.name, &constraint, &definition)?);
    }
    if let Some(comment) = row.get(9) {
        words.push(format!("comment({})", said::text(comment)));
    }
    Some(format!("create_domain!({}: {});", said::qualified(&name), words.join(" ")))
}

/// `CHECK ((VALUE > 0))` as `check("(VALUE > 0)")`, with its name where PostgreSQL gives another.
fn check(domain: &str, constraint: &str, definition: &str) -> Option<String> {
    let inside = definition.strip_prefix("CHECK (")?.strip_suffix(')')?;
    let inside = expression::value(inside)?;
    let name = if constraint == format!("{domain}_check") {
        String::new()
    } else {
        said::fits(constraint).then(|| format!(", name = {}", said::name(constraint)))?
    };
    Some(format!("check({}{name})", said::text(&inside)))
}
