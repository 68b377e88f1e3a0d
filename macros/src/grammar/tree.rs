//! SQL as a tree, read by the parser of squawk: PostgreSQL's own grammar.
//!
//! The parser alone: the crates round it bring a typed tree and a linter, and cost a user's build
//! six times as much. Nothing else uses it.

use std::fmt;
use std::ops::Range;

use crate::grammar::into::without_into;
use crate::grammar::mistake::Mistake;
pub(crate) use squawk_parser::SyntaxKind as Kind;
use squawk_parser::{EntryPoint, LexedStr, StrStep};
pub(crate) use squawk_parser::{is_reserved_keyword, is_type_func_name_keyword};

/// A text of SQL and its tree.
pub(crate) struct Tree {
    source: String,
    root: Item,
}

/// A node, or a token: a node without children. What does not matter (blanks, comments) is left
/// out.
struct Item {
    kind: Kind,
    range: Range<usize>,
    children: Vec<Item>,
}

impl Tree {
    /// Reads statements.
    pub(crate) fn of(source: String) -> Result<Self, Mistake> {
        Self::read(source, EntryPoint::SourceFile)
    }

    /// Reads the body of a function.
    pub(crate) fn of_plpgsql(source: &str) -> Result<Self, Mistake> {
        let source = without_into(source, &words(source))?;
        Self::read(source, EntryPoint::Plpgsql)
    }

    fn read(source: String, entry: EntryPoint) -> Result<Self, Mistake> {
        let lexed = LexedStr::new(&source);
        let mut mistakes: Vec<Mistake> = Vec::new();
        mistakes.extend(lexed.errors().map(|(range, message)| Mistake {
            at: range.start as usize,
            expected: message.to_owned(),
        }));
        let output = entry.parse(&lexed.to_input());
        let mut open = vec![Item::new(Kind::SOURCE_FILE, 0)];
        let mut at = 0;
        lexed.intersperse_trivia(&output, &mut |step| match step {
            StrStep::Enter { kind } => open.push(Item::new(kind, at)),
            StrStep::Exit => close(&mut open),
            StrStep::Token { kind, text } => {
                let range = at..at + text.len();
                at = range.end;
                if let Some(parent) = open.last_mut().filter(|_| !kind.is_trivia()) {
                    parent.children.push(Item { kind, range, children: Vec::new() });
                }
            }
            StrStep::Error { msg, pos } => {
                mistakes.push(Mistake { at: pos, expected: msg.to_owned() });
            }
        });
        if let Some(first) = mistakes.into_iter().min_by_key(|mistake| mistake.at) {
            return Err(first);
        }
        let root = open.remove(0).children.pop();
        Ok(Tree { source, root: root.unwrap_or(Item::new(Kind::SOURCE_FILE, 0)) })
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { source: &self.source, item: &self.root }
    }
}

/// Returns where the words and signs of a text stand.
fn words(source: &str) -> Vec<Range<usize>> {
    let lexed = LexedStr::new(source);
    let output = EntryPoint::Plpgsql.parse(&lexed.to_input());
    let (mut found, mut at) = (Vec::new(), 0);
    lexed.intersperse_trivia(&output, &mut |step| {
        if let StrStep::Token { kind, text } = step {
            let range = at..at + text.len();
            at = range.end;
            found.extend((!kind.is_trivia()).then_some(range));
        }
    });
    found
}

fn close(open: &mut Vec<Item>) {
    let Some(mut item) = open.pop() else { return };
    if let (Some(first), Some(last)) = (item.children.first(), item.children.last()) {
        item.range = first.range.start..last.range.end;
    }
    if let Some(parent) = open.last_mut() {
        parent.children.push(item);
    }
}

impl Item {
    fn new(kind: Kind, at: usize) -> Self {
        Item { kind, range: at..at, children: Vec::new() }
    }
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    source: &'t str,
    item: &'t Item,
}

impl<'t> Node<'t> {
    pub(crate) fn kind(self) -> Kind {
        self.item.kind
    }

    /// As it is written.
    pub(crate) fn text(self) -> &'t str {
        &self.source[self.item.range.clone()]
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.item.range.clone()
    }

    pub(crate) fn children(self) -> impl DoubleEndedIterator<Item = Node<'t>> {
        self.item.children.iter().map(move |item| Node { source: self.source, item })
    }

    pub(crate) fn is_token(self) -> bool {
        self.item.children.is_empty()
    }

    /// The first child of this kind.
    pub(crate) fn child(self, kind: Kind) -> Option<Node<'t>> {
        self.children().find(|child| child.kind() == kind)
    }

    pub(crate) fn has(self, kind: Kind) -> bool {
        self.child(kind).is_some()
    }

    /// The node and all that is in it, in the order of the text.
    pub(crate) fn all(self) -> Vec<Node<'t>> {
        let mut found = vec![self];
        for child in self.children() {
            found.extend(child.all());
        }
        found
    }

    /// The first of this kind, the node itself included.
    pub(crate) fn find(self, kind: Kind) -> Option<Node<'t>> {
        if self.kind() == kind {
            return Some(self);
        }
        self.children().find_map(|child| child.find(kind))
    }

    /// The name that a token is, or a node of one token: PostgreSQL folds what is not quoted.
    pub(crate) fn name(self) -> String {
        let text = self.text();
        match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => text.to_lowercase(),
        }
    }
}

impl fmt::Debug for Node<'_> {
    /// For tests: the kinds, with the text of tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_token() {
            return write!(f, "{:?}", self.text());
        }
        write!(f, "{:?}", self.kind())?;
        f.debug_list().entries(self.children()).finish()
    }
}

/// Tells whether it follows `is` and reads like a column: `x is unknown`, `x is document`.
pub(crate) fn is_truth_word(node: Node) -> bool {
    matches!(node.text().to_lowercase().as_str(), "unknown" | "document")
}
