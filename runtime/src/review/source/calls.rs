//! Where in the file of a migration a macro is called.

use super::list::words;
use super::mask::masked;

/// Tells whether a file declares a migration.
pub(crate) fn calls_migration(text: &str) -> bool {
    let code = masked(text);
    calls(&code, "migration").next().is_some()
}

/// Returns the line, from 1, of the call of an operation's macro with this argument; where none has it
/// as it is told, that of the call at this place among those of the operation.
pub(crate) fn line_of(text: &str, operation: &str, subject: &str, place: usize) -> Option<usize> {
    let code = masked(text);
    let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    let subject = bare(subject);
    let all: Vec<usize> = calls(&code, operation).collect();
    let has = |at: &&usize| {
        let behind = text[**at..].split_once('!').map_or("", |(_, behind)| behind);
        let argument = behind.trim_start().get(1..).unwrap_or_default();
        let mut argument = argument.chars().filter(|c| !c.is_whitespace());
        subject.chars().all(|c| argument.next() == Some(c))
    };
    let at = all.iter().find(has).or_else(|| all.get(place))?;
    Some(text[..*at].matches('\n').count() + 1)
}

/// Where `name!` stands in code.
fn calls<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let all = words(code, 0..code.len());
    let called = all.filter(move |word| {
        &code[word.clone()] == name && code[word.end..].trim_start().starts_with('!')
    });
    called.map(|word| word.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "// add_column!(users.a: text);\nchangeover::migration! {\n    after super::m0001;\n    \
        add_column!(\n        users.a: text\n    );\n    add_column!(users.b:text not_null);\n    sql!(\"x\");\n}\n";

    #[test]
    fn a_call_is_found_by_what_it_is_given_or_by_its_place() {
        assert!(calls_migration(FILE));
        assert!(!calls_migration("// migration! {}\nfn migration() {}"));
        assert_eq!(line_of(FILE, "add_column", "users.b: text not_null", 0), Some(7));
        assert_eq!(line_of(FILE, "add_column", "users.a: text", 1), Some(4));
        assert_eq!(line_of(FILE, "add_column", "told otherwise", 1), Some(7));
        assert_eq!(line_of(FILE, "add_column", "told otherwise", 2), None);
        assert_eq!(line_of(FILE, "drop_column", "users.a", 0), None);
    }
}
