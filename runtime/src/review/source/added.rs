//! One more migration in the list, and its module.

use std::ops::Range;

use super::list::{List, words};

impl List {
    pub(crate) fn head(&self) -> &str {
        self.names().next_back().unwrap_or_default()
    }

    /// The text with one more at the end of the list, and its module behind that of the head.
    pub(crate) fn with(&self, name: &str) -> Result<String, String> {
        let (module, line) = self.module(name)?;
        let (entry, words) = self.entry(name);
        // The later place first, so that the earlier one stays where it is.
        let mut places = [(module, line), (entry.0, words.0), (entry.1, words.1)];
        places.sort_by_key(|(at, _)| *at);
        let mut text = self.text.clone();
        for (at, words) in places.iter().rev() {
            text.insert_str(*at, words);
        }
        Ok(text)
    }

    /// The line of the new module, and where it goes.
    fn module(&self, name: &str) -> Result<(usize, String), String> {
        let head = self.head();
        let all: Vec<Range<usize>> = words(&self.code, 0..self.code.len()).collect();
        let is_module = |pair: &&[Range<usize>]| {
            let [word, of] = pair else { return false };
            let is_file = self.code[of.end..].trim_start().starts_with(';');
            &self.code[word.clone()] == "mod" && &self.code[of.clone()] == head && is_file
        };
        let Some([word, _]) = all.windows(2).find(is_module) else {
            return Err(format!("it has no line `mod {head};` to add one to"));
        };
        let start = self.text[..word.start].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.text[start..word.start];
        let visibility = before.trim_start();
        let prefix = if visibility.is_empty() || visibility.starts_with("pub") {
            before
        } else {
            &before[..before.len() - visibility.len()]
        };
        let end = self.text[word.end..].find('\n').map_or(self.text.len(), |at| word.end + at);
        let end = if self.text[..end].ends_with('\r') { end - 1 } else { end };
        Ok((end, format!("{}{prefix}mod {name};", self.line_end())))
    }

    /// Returns what makes it the last of the list: at most a comma and a name, each with its place.
    fn entry(&self, name: &str) -> ((usize, usize), (String, String)) {
        let last = self.names.last().cloned().unwrap_or_default();
        let behind = &self.code[last.end..self.end];
        let Some(line) = behind.rfind('\n').map(|at| last.end + at + 1) else {
            return ((last.end, last.end), (String::new(), format!(", {name}")));
        };
        let start = self.text[..last.start].rfind('\n').map_or(0, |at| at + 1);
        let own = &self.text[start..last.start];
        let indent = &own[..own.len() - own.trim_start().len()];
        let comma = if behind.contains(',') { "" } else { "," };
        ((last.end, line), (comma.to_owned(), format!("{indent}{name},{}", self.line_end())))
    }

    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        List::read(text).and_then(|list| list.with("m0003_c")).expect(text)
    }

    #[test]
    fn a_line_stays_a_line() {
        let text = "mod m0001_a;\npub(crate) mod m0002_b;\n\nchangeover::migrations! {\n    \
                    /// All [of them].\n    #[allow(unused)]\n    pub static M = [m0001_a, m0002_b];\n    pub mod schema;\n}\n";
        let expected = text
            .replace("mod m0002_b;\n", "mod m0002_b;\npub(crate) mod m0003_c;\n")
            .replace("m0002_b]", "m0002_b, m0003_c]");
        assert_eq!(added(text), expected);
    }

    #[test]
    fn lines_and_comments_stay_as_they_are() {
        let text = "  mod m0001_a; // first\r\n  mod m0002_b; // second\r\nmigrations! { static M = [\r\n    \
                    m0001_a, // one ]\r\n    m0002_b // two\r\n]; }\r\n";
        let expected = text
            .replace("// second\r\n", "// second\r\n  mod m0003_c;\r\n")
            .replace("m0002_b // two\r\n", "m0002_b, // two\r\n    m0003_c,\r\n");
        assert_eq!(added(text), expected);
        let text = "mod m0002_b;\nmigrations! { static M = [\n    m0002_b,\n]; }";
        let expected = "mod m0002_b;\nmod m0003_c;\nmigrations! { static M = [\n    m0002_b,\n    m0003_c,\n]; }";
        assert_eq!(added(text), expected);
    }

    #[test]
    fn the_list_may_stand_above_its_modules() {
        let text = "migrations! { static M = [m0002_b,]; }\nmod m0002_b;";
        let expected =
            "migrations! { static M = [m0002_b, m0003_c,]; }\nmod m0002_b;\nmod m0003_c;";
        assert_eq!(added(text), expected);
    }

    #[test]
    fn what_is_no_list_or_has_its_modules_inside_is_refused() {
        for text in [
            "",
            "// migrations! { static M = [m0001_a]; }",
            "migrations! { static M = []; }",
            "migrations! { static M = [a]; } migrations! { static N = [a]; }",
            "migrations! {",
            "fn migrations() {}",
            "mod m0002_b { } migrations! { static M = [m0002_b]; }",
            "// mod m0002_b;\nmigrations! { static M = [m0002_b]; }",
        ] {
            assert!(List::read(text).and_then(|list| list.with("m0003_c")).is_err(), "{text}");
        }
    }
}
