//! `into` of PL/pgSQL. The language takes it out of a statement, wherever it stands, before it reads
//! the rest as SQL (`make_execsql_stmt`); the parser that we use does not, so we do.

use std::ops::Range;

use crate::grammar::mistake::Mistake;

/// The words that a statement with an `into` begins with.
const BEGINS: [&str; 8] =
    ["delete", "insert", "merge", "select", "table", "update", "values", "with"];

/// The words that a statement may follow; a semicolon is the other thing that it may.
const OPENS: [&str; 4] = ["begin", "else", "loop", "then"];

/// The body with blanks in the place of each `into` and its variables, so that what stands behind
/// stays where it is.
pub(super) fn without_into(body: &str, words: &[Range<usize>]) -> Result<String, Mistake> {
    let word = |at: usize| words.get(at).map(|range| body[range.clone()].to_lowercase());
    let before = |at: usize| at.checked_sub(1).and_then(word).unwrap_or_default();
    let mut blanked = body.to_owned();
    let (mut is_statement, mut has_into) = (false, false);
    let mut at = 0;
    while let Some(found) = word(at) {
        let (last, begins) = (before(at), BEGINS.contains(&found.as_str()));
        let is_first = at == 0 || last == ";";
        if is_first || (begins && OPENS.contains(&last.as_str())) {
            (is_statement, has_into) = (begins, false);
        }
        let is_into = found == "into" && !["insert", "merge"].contains(&last.as_str());
        if !is_into || !is_statement {
            at += 1;
            continue;
        }
        if has_into {
            return Err(Mistake { at: words[at].start, expected: "expected SEMICOLON".into() });
        }
        has_into = true;
        let end = behind_variables(at + 1, words, &word);
        let end = end.ok_or_else(|| Mistake {
            at: words.get(at + 1).map_or(body.len(), |next| next.start),
            expected: "expected a variable".into(),
        })?;
        let range = words[at].start..words[end - 1].end;
        let blank = " ".repeat(range.len());
        blanked.replace_range(range, &blank);
        at = end;
    }
    Ok(blanked)
}

/// Returns where the list of an `into` ends; none where a variable is missing.
fn behind_variables(
    start: usize,
    words: &[Range<usize>],
    word: &impl Fn(usize) -> Option<String>,
) -> Option<usize> {
    let is = |at: usize, wanted: &str| word(at).is_some_and(|found| found == wanted);
    let mut at = if is(start, "strict") && is_name(word(start + 1)) { start + 1 } else { start };
    loop {
        if !is_name(word(at)) {
            return None;
        }
        at += 1;
        while is(at, ".") && is_name(word(at + 1)) {
            at += 2;
        }
        if !is(at, ",") {
            return Some(at.min(words.len()));
        }
        at += 1;
    }
}

fn is_name(word: Option<String>) -> bool {
    let first = word.and_then(|word| word.chars().next());
    first.is_some_and(|first| first.is_alphabetic() || ['_', '"', '$'].contains(&first))
}
