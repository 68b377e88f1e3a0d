//! Policies: `create_policy!`.

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::{array, expression, raw};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("policies.sql"), say };

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    const REASON: &str = "a policy that `create_policy!` cannot say";
    found.extend(rows.iter().map(|row| Declaration {
        kind: DeclaredKind::Policy,
        id: raw::id(&row),
        name: raw::name(&row),
        on: Some(on(&row)),
        text: text(&row).unwrap_or_else(|| raw::sql(row.text(11), REASON)),
        unsaid: None,
    }));
}

fn on(row: &Row) -> QualifiedName {
    QualifiedName { schema: row.text(4).to_owned(), name: row.text(5).to_owned() }
}

fn text(row: &Row) -> Option<String> {
    let (name, on, roles) = (row.text(3), on(row), array::texts(row.text(8)));
    let names = [name, &on.schema, &on.name];
    let fits = names.into_iter().chain(roles.iter().map(String::as_str)).all(said::fits);
    if !fits || row.is_true(12) {
        return None;
    }
    let mut words = vec![format!("{} on {}", said::name(name), said::qualified(&on))];
    words.extend((row.text(7) != "all").then(|| format!("for = {}", row.text(7))));
    if !roles.is_empty() {
        let roles: Vec<String> = roles.iter().map(|role| said::name(role)).collect();
        words.push(format!("to({})", roles.join(", ")));
    }
    for (at, word) in [(9, "using"), (10, "with_check")] {
        if let Some(condition) = row.get(at) {
            words.push(format!("{word} = {}", said::text(&expression::value(condition)?)));
        }
    }
    words.extend((!row.is_true(6)).then(|| "restrictive".to_owned()));
    Some(format!("create_policy!({});", words.join(", ")))
}
