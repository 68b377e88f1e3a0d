//! What stands before the dot of a name in any text of SQL.

use std::borrow::Cow;

use crate::syntax::words::lexer::words_and_dots;

/// Tells whether a text may say this column of a table: bare, behind the table or another name that it
/// has there, behind a name of which nothing is known, or behind `new` and `old` where these are rows of
/// the table.
pub(crate) fn may_say(text: &str, table: &str, column: &str, is_row_of_it: bool) -> bool {
    let words: Vec<Cow<'_, str>> = words_and_dots(text).collect();
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map(|word| &**word);
    let says = |at: usize| {
        if word(at.checked_sub(1)) != Some(".") {
            return true;
        }
        match word(at.checked_sub(2)) {
            Some("new" | "old") => is_row_of_it,
            Some(name) if name == table => true,
            Some(name) => {
                let tables = named_so(&words, name);
                tables.is_empty() || tables.contains(&table) || is_made(&words, name)
            }
            None => true,
        }
    };
    (0..words.len()).any(|at| words[at] == column && says(at))
}

/// Tells whether the text itself makes what has this name, `with i as (select …)`: it has the columns of
/// whatever it reads.
fn is_made(words: &[Cow<'_, str>], name: &str) -> bool {
    words.windows(2).any(|pair| pair[0] == name && pair[1] == "as")
}

/// Returns the tables that have this name: their own, or another one, `users u` or `users as u`.
fn named_so<'a>(words: &'a [Cow<'_, str>], name: &str) -> Vec<&'a str> {
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map(|word| &**word);
    let follows = |at: usize| {
        let before = word(at.checked_sub(1));
        matches!(before, Some("from" | "join" | "update" | "into" | "using" | "," | "only"))
    };
    let table = |at: usize| {
        if follows(at) && word(Some(at + 1)) != Some(".") {
            return Some(&*words[at]);
        }
        let of = at.checked_sub(1)?;
        let of = if word(Some(of)) == Some("as") { of.checked_sub(1)? } else { of };
        let is_qualified = word(of.checked_sub(1)) == Some(".");
        let first = if is_qualified { of.checked_sub(2)? } else { of };
        follows(first).then(|| &*words[of])
    };
    (0..words.len()).filter(|at| words[*at] == name).filter_map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_said_bare_or_behind_a_name_of_its_table() {
        for (text, said, of_row) in [
            ("select number from invoices", true, true),
            ("select invoices.number from invoices", true, true),
            ("select i.number from invoices i", true, true),
            ("select i.\"number\" from billing.invoices as i", true, true),
            ("select x.number into r from a, b.invoices x", true, true),
            ("select r.number", true, true),
            ("select i.id from invoices i join payments p on p.number = 1", false, false),
            ("update payments p set id = 1 from invoices where p.number = 2", false, false),
            ("with i as (select * from invoices) select i.number from i", true, true),
            ("create table i as select * from invoices; select i.number from i", true, true),
            ("delete from notes using invoices i where i.number = 1", true, true),
            (
                "select p.id from payments p; delete from a using invoices p where p.number = 1",
                true,
                true,
            ),
            ("select payments.number from payments, invoices", false, false),
            ("if new.number is null then select id from invoices; end if", false, true),
            ("if old.number is null then", false, true),
            ("select 'number' from invoices", false, false),
        ] {
            assert_eq!(may_say(text, "invoices", "number", false), said, "{text}");
            assert_eq!(may_say(text, "invoices", "number", true), of_row, "{text}");
        }
    }
}
