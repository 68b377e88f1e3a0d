//! The file with the list of migrations, and the one behind them, with a baseline in their place.

use std::ops::Range;

use super::list::{List, words};
use super::mask::masked;

/// The file with `mod m0001_users;` and `migrations! { … }`, with the baseline in the place of those.
pub(crate) fn with_baseline(text: &str, squashed: &[&str], new: &str) -> Result<String, String> {
    let list = List::read(text)?;
    let words = named(text, &list.code);
    let listed = |word: &Range<usize>| list.names.contains(word);
    let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
    let mut in_list: Option<Range<usize>> = None;
    let mut is_declared = false;
    for (index, (range, word)) in words.iter().enumerate() {
        if !squashed.contains(word) {
            continue;
        }
        if listed(range) {
            let start = in_list.map_or(range.start, |whole| whole.start);
            in_list = Some(start..range.end);
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| words.get(before));
        let is_module = before.is_some_and(|(_, word)| *word == "mod")
            && list.code[range.end..].trim_start().starts_with(';');
        if !is_module {
            let line = line(text, range.start);
            return Err(format!(
                "line {line} names `{word}`, and `squash` edits no more than `mod` and the list"
            ));
        }
        let lines = declaration(text, range)?;
        let new = format!("{}\n", text[lines.start..lines.end].trim_end().replacen(word, new, 1));
        cuts.push((lines, if is_declared { String::new() } else { new }));
        is_declared = true;
    }
    let Some(in_list) = in_list.filter(|_| is_declared) else {
        return Err("it does not declare them as modules, and list them".to_owned());
    };
    cuts.push((in_list, new.to_owned()));
    Ok(replaced(text, cuts))
}

/// The file of the migration behind them, which names the last of them as its parent.
pub(crate) fn with_parent(text: &str, parent: &str, new: &str) -> Result<String, String> {
    let code = masked(text);
    let words = named(text, &code);
    let three = |at: usize| Some([words.get(at)?.1, words.get(at + 1)?.1, words.get(at + 2)?.1]);
    let at = (0..words.len()).find(|at| three(*at) == Some(["after", "super", parent]));
    match at.and_then(|at| words.get(at + 2)) {
        Some((range, _)) => Ok(replaced(text, vec![(range.clone(), new.to_owned())])),
        None => Err(format!("it does not say `after super::{parent};`")),
    }
}

/// Each word of code, and where it stands.
fn named<'a>(text: &'a str, code: &str) -> Vec<(Range<usize>, &'a str)> {
    words(code, 0..code.len()).map(|range| (range.clone(), &text[range])).collect()
}

/// The number of the line that stands there, from 1.
fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The line of `mod m0001_users;`.
fn declaration(text: &str, name: &Range<usize>) -> Result<Range<usize>, String> {
    let start = text[..name.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[name.end..].find('\n').map_or(text.len(), |end| name.end + end + 1);
    let above = text[..start].trim_end().lines().last().unwrap_or_default().trim_start();
    let is_alone = text[name.end..end].trim() == ";";
    if !is_alone || above.starts_with("#[") || above.starts_with("///") {
        let line = line(text, name.start);
        return Err(format!("line {line} says more of a module than `mod` and its name"));
    }
    Ok(start..end)
}

fn replaced(text: &str, mut cuts: Vec<(Range<usize>, String)>) -> String {
    cuts.sort_by_key(|(range, _)| range.start);
    let (mut found, mut at) = (String::new(), 0);
    for (range, new) in cuts {
        found.push_str(&text[at..range.start]);
        found.push_str(&new);
        at = range.end;
    }
    found + &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "//! m0001_a\n\npub mod m0001_a;\nmod m0002_b;\nmod m0003_c;\n\n\
        changeover::migrations! {\n    /// All.\n    pub static ALL = [\n        m0001_a,\n        \
        m0002_b,\n        m0003_c,\n    ];\n}\n";

    #[test]
    fn one_stands_in_the_place_of_several() {
        let found = with_baseline(LIST, &["m0001_a", "m0002_b"], "m0002_baseline");
        let expected = "//! m0001_a\n\npub mod m0002_baseline;\nmod m0003_c;\n\n\
            changeover::migrations! {\n    /// All.\n    pub static ALL = [\n        \
            m0002_baseline,\n        m0003_c,\n    ];\n}\n";
        assert_eq!(found.as_deref(), Ok(expected));
        let with_attributes = LIST.replace("/// All.", "#[doc = \"m0001_a\"] #[allow(unused)]");
        let found = with_baseline(&with_attributes, &["m0001_a", "m0002_b"], "m0002_baseline");
        let expected = expected.replace("/// All.", "#[doc = \"m0001_a\"] #[allow(unused)]");
        assert_eq!(found, Ok(expected));
        let on_one_line = "mod a;\nmod b;\nmigrations! { static M = [a, b]; }";
        let found = with_baseline(on_one_line, &["a"], "n");
        assert_eq!(found.as_deref(), Ok("mod n;\nmod b;\nmigrations! { static M = [n, b]; }"));
    }

    #[test]
    fn what_else_there_is_of_them_is_refused() {
        for (text, expected) in [
            ("mod a { fn f() {} }\nmigrations! { static M = [a]; }", "line 1 names `a`"),
            ("mod a;\nuse a::F;\nmigrations! { static M = [a]; }", "line 2 names `a`"),
            ("#[path = \"x.rs\"]\nmod a;\nmigrations! { static M = [a]; }", "line 2 says more"),
            ("mod a;\n", "0 lists `migrations!"),
            ("migrations! { static M = [a]; }", "it does not declare them"),
            ("mod a;\nmigrations! { }", "has no `[` and `]`"),
        ] {
            let found = with_baseline(text, &["a"], "n");
            assert!(found.as_ref().is_err_and(|why| why.contains(expected)), "{text}: {found:?}");
        }
    }

    #[test]
    fn the_next_one_gets_another_parent() {
        let text = "// after super::a\nmigration! {\n    after super::a;\n}\n";
        let expected = "// after super::a\nmigration! {\n    after super::n;\n}\n";
        assert_eq!(with_parent(text, "a", "n").as_deref(), Ok(expected));
        assert!(with_parent("migration! { after crate::a; }", "a", "n").is_err());
    }
}
