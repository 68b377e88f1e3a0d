//! The file with the list of migrations, and what stands in it.

use std::ops::Range;

use super::mask::masked;

/// `migrations! { … = [m0001, m0002]; }` in a file, and the lines `mod m0001;` beside it.
pub(crate) struct List {
    pub(super) text: String,
    /// The text without what is in comments and literals.
    pub(super) code: String,
    /// Where its names stand, the oldest first.
    pub(super) names: Vec<Range<usize>>,
    /// The closing bracket.
    pub(super) end: usize,
}

impl List {
    pub(crate) fn read(text: &str) -> Result<List, String> {
        let code = masked(text);
        let all: Vec<Range<usize>> = words(&code, 0..code.len()).collect();
        let is_call = |word: &&Range<usize>| {
            &code[(*word).clone()] == "migrations" && code[word.end..].trim_start().starts_with('!')
        };
        let calls: Vec<usize> = all.iter().filter(is_call).map(|word| word.end).collect();
        let [call] = calls.as_slice() else {
            return Err(format!("it has {} lists `migrations! {{ … }}`, and not one", calls.len()));
        };
        // Attributes have brackets and values, too.
        let mut behind = all.iter().filter(|word| word.start > *call);
        let after = |from: usize, what| code[from..].find(what).map(|at| from + at);
        let open = behind
            .find(|word| &code[(*word).clone()] == "static")
            .and_then(|word| after(word.end, "["))
            .map(|at| at + 1);
        let close = open.and_then(|open| after(open, "]"));
        let (Some(open), Some(end)) = (open, close) else {
            return Err("its list has no `[` and `]`".to_owned());
        };
        let names: Vec<Range<usize>> = words(&code, open..end).collect();
        if names.is_empty() {
            return Err("its list is empty".to_owned());
        }
        Ok(List { text: text.to_owned(), code, names, end })
    }

    pub(crate) fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.names.iter().map(|name| &self.text[name.clone()])
    }
}

/// The words of code within a range.
pub(super) fn words(code: &str, within: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let part = &code[within.clone()];
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let pieces = part.split(move |c| !is_word(c)).filter(|piece| !piece.is_empty());
    pieces.map(move |piece| {
        let start = within.start + (piece.as_ptr() as usize - part.as_ptr() as usize);
        start..start + piece.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_list_is_none_of_it() {
        for before in [
            "",
            "/// All [of = them].",
            "#[doc = \"all\"] #[allow(unused)]",
            "#[allow(static_mut_refs)] #[cfg_attr(test, doc = \"[b]\")]",
            "#[allow(unused)] pub(in crate::statics)",
        ] {
            let text =
                format!("mod a; // migrations!\nmigrations! {{\n{before}\nstatic M = [a];\n}}");
            let found = List::read(&text);
            let names = found.as_ref().map(|list| list.names().collect::<Vec<_>>());
            assert_eq!(names, Ok(vec!["a"]), "{text}");
        }
    }
}
