//! Triggers: `create_trigger!`.

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::{array, expression, raw};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("triggers.sql"), say };

/// What `pg_trigger.tgtype` holds.
mod bit {
    pub(super) const ROW: u16 = 1;
    pub(super) const BEFORE: u16 = 2;
    pub(super) const EVENTS: [(u16, &str); 4] =
        [(4, "insert"), (16, "update"), (8, "delete"), (32, "truncate")];
    pub(super) const INSTEAD: u16 = 64;
}

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    for row in rows.iter() {
        let on = QualifiedName { schema: row.text(4).to_owned(), name: row.text(5).to_owned() };
        found.push(Declaration {
            kind: DeclaredKind::Trigger,
            id: raw::id(&row),
            name: raw::name(&row),
            on: Some(on),
            text: text(&row),
            unsaid: None,
        });
    }
}

fn text(row: &Row) -> String {
    const REASON: &str = "a trigger that `create_trigger!` cannot say";
    let enabled = (row.text(15) != "O" || row.is_true(18))
        .then(|| raw::sql(row.text(17), "when it fires is not as of a new one"));
    if row.is_true(18) {
        return enabled.unwrap_or_default();
    }
    let made = made(row).unwrap_or_else(|| raw::sql(row.text(14), REASON));
    [Some(made), enabled].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn made(row: &Row) -> Option<String> {
    let (name, on) = (
        row.text(3),
        QualifiedName { schema: row.text(4).to_owned(), name: row.text(5).to_owned() },
    );
    let function = QualifiedName { schema: row.text(6).to_owned(), name: row.text(7).to_owned() };
    let (old, new) = (row.get(11), row.get(12));
    let columns = array::texts(row.text(9));
    let names = [name, &on.schema, &on.name, &function.schema, &function.name];
    let names = names.into_iter().chain(columns.iter().map(String::as_str)).chain(old).chain(new);
    // The others would fire before or after the triggers that keep columns equal.
    let is_among_ours = !("\"".."zzz_").contains(&name);
    if !row.is_true(16) || is_among_ours || !names.into_iter().all(said::fits) {
        return None;
    }
    let kind: u16 = row.number(8)?;
    let events = events(kind, &columns);
    let timing = match kind {
        kind if kind & bit::INSTEAD != 0 => "instead_of",
        kind if kind & bit::BEFORE != 0 => "before",
        _ => "after",
    };
    let mut words = vec![
        format!("{} on {}", said::name(name), said::qualified(&on)),
        format!("{timing}({events})"),
    ];
    words.extend((kind & bit::ROW == 0).then(|| "each = statement".to_owned()));
    words.extend(old.map(|name| format!("old_table = {}", said::name(name))));
    words.extend(new.map(|name| format!("new_table = {}", said::name(name))));
    if row.is_true(13) {
        let when = expression::value(condition(row.text(14))?)?;
        words.push(format!("when = {}", said::text(&when)));
    }
    words.push(format!("function = {}", said::qualified(&function)));
    let arguments: Option<Vec<String>> = arguments(row.text(10));
    let arguments: Vec<String> = arguments?.iter().map(|one| said::text(one)).collect();
    if !arguments.is_empty() {
        words.push(format!("args({})", arguments.join(", ")));
    }
    Some(format!("create_trigger!({});", words.join(", ")))
}

fn events(kind: u16, columns: &[String]) -> String {
    let said = bit::EVENTS.iter().filter(|(bit, _)| kind & bit != 0).map(|(_, word)| {
        if *word == "update" && !columns.is_empty() {
            let columns: Vec<String> = columns.iter().map(|name| said::name(name)).collect();
            return format!("update({})", columns.join(", "));
        }
        (*word).to_owned()
    });
    said.collect::<Vec<_>>().join(", ")
}

/// Returns what stands in `WHEN (…)`, where the words round it stand nowhere else.
fn condition(definition: &str) -> Option<&str> {
    let (before, rest) = definition.split_once(" WHEN (")?;
    let (condition, behind) = rest.rsplit_once(") EXECUTE FUNCTION ")?;
    let stands = |text: &str| text.contains(" WHEN (") || text.contains(") EXECUTE FUNCTION ");
    (!stands(before) && !stands(condition) && !stands(behind)).then_some(condition)
}

/// The arguments, each of which ends with a NUL; none where they are no UTF-8.
fn arguments(hex: &str) -> Option<Vec<String>> {
    let digits: Vec<char> = hex.chars().collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    let text = String::from_utf8(bytes?).ok()?;
    let ended = text.strip_suffix('\0').map(|text| text.split('\0').map(str::to_owned).collect());
    Some(ended.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_from_their_bytes() {
        assert_eq!(arguments(""), Some(Vec::new()));
        assert_eq!(arguments("61005c00"), Some(vec!["a".to_owned(), "\\".to_owned()]));
        assert_eq!(arguments("ff00"), None);
    }

    #[test]
    fn a_condition_is_found_where_it_is_the_only_one() {
        let text = "CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW WHEN ((new.a > 1)) EXECUTE FUNCTION f()";
        assert_eq!(condition(text), Some("(new.a > 1)"));
        assert_eq!(condition(&text.replace(" t ", " \"t WHEN (\" ")), None);
    }
}
