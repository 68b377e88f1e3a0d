//! An expression, as it may stand in a clause of a statement.

use std::ops::Range;

use crate::grammar::tree::{Kind, Node, Tree};

/// What is read before an expression, so that the grammar takes it.
const BEFORE: &str = "select ";

pub(crate) struct Expression {
    tree: Tree,
}

impl Expression {
    /// Reads an expression that does not go beyond its clause; says what is wrong otherwise.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let tree = Tree::of(format!("{BEFORE}{text}"))
            .map_err(|mistake| mistake.describe(text, BEFORE.len(), "a value"))?;
        let expression = Expression { tree };
        if let Some(at) = expression.end_of_clause() {
            let found = text[at..].split_whitespace().next().unwrap_or_default();
            let before = text[..at].trim_end();
            return Err(match before {
                "" => format!("an expression does not begin with `{found}`"),
                _ => format!("expected an operator after `{before}`, found `{found}`"),
            });
        }
        expression.slip().map_or(Ok(expression), Err)
    }

    /// Returns where the expression ends and something else begins, in bytes of the text.
    fn end_of_clause(&self) -> Option<usize> {
        let mut node = self.tree.root();
        for inner in [Kind::SELECT, Kind::SELECT_CLAUSE, Kind::TARGET_LIST, Kind::TARGET] {
            let mut rest = node.children().filter(|child| child.kind() != Kind::SELECT_KW);
            let only = rest.next();
            let beyond = only.filter(|child| child.kind() != inner).or_else(|| rest.next());
            match (beyond, only) {
                (Some(beyond), _) => return Some(beyond.range().start - BEFORE.len()),
                (None, Some(only)) => node = only,
                (None, None) => return Some(0),
            }
        }
        let mut rest = node.children();
        let first = rest.next();
        let beyond = first.filter(|value| value.kind() == Kind::STAR).or_else(|| rest.next());
        beyond.map(|node| node.range().start.saturating_sub(BEFORE.len()))
    }

    /// The expression itself.
    pub(crate) fn value(&self) -> Node<'_> {
        let root = self.tree.root();
        let target = root.find(Kind::TARGET);
        target.and_then(|target| target.children().next()).unwrap_or(root)
    }

    /// Tells whether it holds a query.
    pub(crate) fn has_query(&self) -> bool {
        self.value().all().into_iter().any(is_query)
    }

    /// Tells whether it binds so tightly that it needs no parentheses round it.
    pub(crate) fn is_primary(&self) -> bool {
        is_primary(self.value())
    }

    /// Returns where a node stands in the text.
    pub(crate) fn range(node: Node) -> Range<usize> {
        let range = node.range();
        range.start - BEFORE.len()..range.end - BEFORE.len()
    }
}

/// Says why a text is no type.
pub(crate) fn problem_of_type(text: &str) -> Option<String> {
    const BEFORE: &str = "select null::";
    match Tree::of(format!("{BEFORE}{text}")) {
        Err(mistake) => Some(mistake.describe(text, BEFORE.len(), "a type")),
        Ok(tree) => {
            let cast =
                tree.root().find(Kind::TARGET).filter(|target| target.children().count() == 1);
            let cast = cast.and_then(|target| target.child(Kind::CAST_EXPR));
            let ends = cast.and_then(|cast| cast.text().strip_prefix("null::"));
            (ends != Some(text.trim())).then(|| format!("`{text}` is no type"))
        }
    }
}

pub(crate) fn is_query(node: Node) -> bool {
    matches!(node.kind(), Kind::SELECT | Kind::COMPOUND_SELECT | Kind::TABLE | Kind::VALUES)
}

fn is_primary(node: Node) -> bool {
    match node.kind() {
        Kind::LITERAL
        | Kind::NAME_REF
        | Kind::FIELD_EXPR
        | Kind::PAREN_EXPR
        | Kind::ARRAY_EXPR
        | Kind::CALL_EXPR => true,
        // `x::text`, `cast(x as text)`, `date '2020-01-01'`.
        Kind::CAST_EXPR => match node.child(Kind::COLON_COLON) {
            Some(_) => node.children().next().is_some_and(is_primary),
            None => true,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let expression = Expression::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        expression.references().iter().map(crate::grammar::Reference::sql).collect()
    }

    #[test]
    fn names_that_are_no_columns_are_passed_over() {
        for (text, columns) in [
            ("lower(a) || pg_catalog.upper(\"B c\") || 'd'", vec!["a", "B c"]),
            ("a::date = date(b) and date '2020-01-01' < now()", vec!["a", "b"]),
            ("a::app.status::text || cast(b as numeric(3, 2))", vec!["a", "b"]),
            ("g::geometry(Point, 4326)", vec!["g"]),
            ("current_date - current_schema::date + localtime(0)", vec![]),
            ("extract(year from at) + extract('month' from at)", vec!["at", "at"]),
            ("make_interval(days => n)", vec!["n"]),
            ("data->'key'->>'name'", vec!["data"]),
            ("(address).city || (a.b).c", vec!["address", "a.b"]),
            ("tags[i:j] || array[x, y]", vec!["tags", "i", "j", "x", "y"]),
            ("case when a is unknown then b else c end", vec!["a", "b", "c"]),
            ("lower(normalize(a, nfkc)) || pg_catalog.normalize(b, NFC)", vec!["a", "b"]),
            ("a collate \"C\" like b escape '!'", vec!["a", "b"]),
            ("users.a + public.users.b", vec!["users.a", "public.users.b"]),
            ("row_to_json(users.*) is null", vec!["users.*"]),
            ("name || value || type || level", vec!["name", "value", "type", "level"]),
            ("trim(both ' ' from a) || substring(b from 1 for n)", vec!["a", "b", "n"]),
            ("(select max(o.x) from orders o where o.u = id)", vec!["o.x", "o.u", "id"]),
        ] {
            assert_eq!(names(text), columns, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_says_what_was_expected_and_where() {
        for (text, problem) in [
            ("plan =", "expected a value after `plan =`"),
            ("lower(email", "expected `)` after `lower(email`"),
            ("case when a then b", "expected `end` after `case when a then b`"),
            ("a b", "expected an operator after `a`, found `b`"),
            ("a from b", "expected an operator after `a`, found `from`"),
            ("a, b", "expected an operator after `a`, found `,`"),
            ("coalesce(a,, b)", "expected a value after `coalesce(a,`, found `,`"),
            ("a::", "expected a type after `a::`"),
            ("a and or b", "expected a value after `a and`, found `or`"),
            ("select a", "an expression does not begin with `select`"),
            ("*", "an expression does not begin with `*`"),
            ("distinct a", "an expression does not begin with `distinct`"),
            ("a == b", "PostgreSQL has no operator `==`\nhelp: ="),
            ("a is nul", "`is` does not take `nul`"),
            ("a in 1", "`in` takes a list\nhelp: in (1)"),
            ("a = = b", "nothing stands before `=`"),
        ] {
            let found = Expression::read(text).err().unwrap_or_else(|| panic!("{text} was read"));
            assert!(found.starts_with(problem), "{text}: {found}");
        }
    }
}
