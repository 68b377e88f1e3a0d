//! Lines of Rust as rustfmt leaves them.

/// How wide a line is, and how wide the arguments of an attribute and of a call are on it.
const LINE: usize = 100;
const ATTRIBUTE: usize = 70;
const CALL: usize = 60;

/// Code, line by line.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    pub(super) fn new() -> Lines {
        Lines::default()
    }

    /// The text, without empty lines at its end.
    pub(super) fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
        self.text
    }

    pub(super) fn line(&mut self, text: &str) -> &mut Lines {
        if !text.is_empty() {
            self.text.extend(std::iter::repeat_n("    ", self.depth));
            self.text.push_str(text);
        }
        self.text.push('\n');
        self
    }

    /// An empty line, except behind a brace that has just been opened, another empty line or nothing.
    pub(super) fn gap(&mut self) -> &mut Lines {
        let is_open = self.text.is_empty() || self.text.ends_with("{\n");
        if is_open || self.text.ends_with("\n\n") { self } else { self.line("") }
    }

    /// `head {`, what stands in it, and `}`.
    pub(super) fn block(&mut self, head: &str, inner: impl FnOnce(&mut Lines)) -> &mut Lines {
        self.ended_block(head, "}", inner)
    }

    /// The same with another end.
    pub(super) fn ended_block(
        &mut self,
        head: &str,
        end: &str,
        inner: impl FnOnce(&mut Lines),
    ) -> &mut Lines {
        self.line(&format!("{head} {{"));
        let empty = self.text.len();
        self.depth += 1;
        inner(self);
        self.depth -= 1;
        if self.text.len() == empty {
            self.text.truncate(empty - 1);
            self.text.push_str(end);
            self.text.push('\n');
            return self;
        }
        self.line(end)
    }

    /// `#[head(arguments)]`
    pub(super) fn attribute(&mut self, head: &str, arguments: &[String]) -> &mut Lines {
        self.listed(&format!("#[{head}("), arguments, ")]", ATTRIBUTE, "")
    }

    /// `head(arguments);`
    pub(super) fn call(&mut self, head: &str, arguments: &[String]) -> &mut Lines {
        self.listed(&format!("{head}("), arguments, ");", CALL, ",")
    }

    /// What has no room on one line has a line each, where `end` follows the last.
    fn listed(
        &mut self,
        head: &str,
        arguments: &[String],
        tail: &str,
        most: usize,
        end: &str,
    ) -> &mut Lines {
        let joined = arguments.join(", ");
        let line = format!("{head}{joined}{tail}");
        let width = 4 * self.depth + line.chars().count();
        if joined.chars().count() <= most && width <= LINE {
            return self.line(&line);
        }
        self.line(head);
        self.depth += 1;
        for (at, argument) in arguments.iter().enumerate() {
            let comma = if at + 1 == arguments.len() { end } else { "," };
            self.line(&format!("{argument}{comma}"));
        }
        self.depth -= 1;
        self.line(tail)
    }
}
