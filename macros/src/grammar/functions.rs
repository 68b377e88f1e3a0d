//! What PostgreSQL's own functions do, by their names. A test asks each server whether it is so.

use crate::grammar::expression::{Expression, is_query};
use crate::grammar::names::{is_value_keyword, path};
use crate::grammar::tree::{Kind, Node};

/// PostgreSQL manual, "Function Volatility Categories".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Volatility {
    Immutable,
    /// Immutable for some types of arguments, stable for others.
    Depends,
    Stable,
    Volatile,
    /// A function of the user's own, or one that the lists lack.
    Unknown,
}

const VOLATILITIES: &[(Volatility, &str)] = &[
    (Volatility::Immutable, include_str!("functions/immutable.txt")),
    (Volatility::Depends, include_str!("functions/depends.txt")),
    (Volatility::Stable, include_str!("functions/stable.txt")),
    (Volatility::Volatile, include_str!("functions/volatile.txt")),
];
const AGGREGATES: &str = include_str!("functions/aggregate.txt");
const SETS: &str = include_str!("functions/set.txt");

/// A call, or a keyword that is one.
pub(crate) struct Call<'t> {
    /// As it is written, without arguments: `now`, `app.slug`, `current_date`.
    pub(crate) name: String,
    pub(crate) volatility: Volatility,
    /// Whether it stands in a query of its own, about other rows.
    pub(crate) is_in_query: bool,
    node: Node<'t>,
}

impl Expression {
    /// The calls of the expression, those in queries included.
    pub(crate) fn calls(&self) -> Vec<Call<'_>> {
        let mut found = Vec::new();
        collect(self.value(), false, &mut found);
        found
    }

    /// The columns that a cast or a function takes directly whose result depends on the session's
    /// time zone if the column has one, and the text of that.
    pub(crate) fn uses_of_zone(&self) -> Vec<(String, &str)> {
        const ZONELESS: [&str; 5] = ["date", "time", "timestamp", "text", "varchar"];
        let mut found = Vec::new();
        for node in self.value().all() {
            let depends = match node.kind() {
                Kind::CAST_EXPR => node
                    .children()
                    .last()
                    .is_some_and(|ty| ZONELESS.contains(&ty.text().to_lowercase().as_str())),
                Kind::CALL_EXPR => {
                    Call::of(node, false).is_some_and(|call| call.volatility == Volatility::Depends)
                }
                _ => false,
            };
            let inside = node.children().flat_map(|part| match part.kind() {
                Kind::ARG_LIST => part.children().flat_map(Node::children).collect(),
                Kind::EXTRACT_FN => part.children().collect(),
                _ => vec![part],
            });
            let columns = inside.filter(|part| part.kind() == Kind::NAME_REF && depends);
            found.extend(columns.map(|column| (column.name(), node.text())));
        }
        found
    }

    /// Tells whether it gives each row of a statement a value of its own, as far as its functions
    /// tell. One that is not known counts as volatile: the plan is then longer than it need be, and
    /// never wrong.
    pub(crate) fn is_volatile(&self) -> bool {
        self.calls()
            .iter()
            .any(|call| matches!(call.volatility, Volatility::Volatile | Volatility::Unknown))
    }

    /// The same of PostgreSQL's own functions alone.
    pub(crate) fn is_surely_volatile(&self) -> bool {
        self.calls().iter().any(|call| call.volatility == Volatility::Volatile)
    }
}

fn collect<'t>(node: Node<'t>, is_in_query: bool, found: &mut Vec<Call<'t>>) {
    found.extend(Call::of(node, is_in_query));
    let is_in_query = is_in_query || is_query(node);
    node.children().for_each(|child| collect(child, is_in_query, found));
}

impl<'t> Call<'t> {
    fn of(node: Node<'t>, is_in_query: bool) -> Option<Self> {
        let (name, volatility) = match node.kind() {
            Kind::CALL_EXPR => {
                let callee = node.children().next()?;
                let path = path(callee).unwrap_or_default();
                let first = callee.children().next()?;
                match path.as_slice() {
                    // The grammar's own forms: `extract(… from …)`, `coalesce(…)`.
                    [] => (first.name(), volatility(&first.name(), Volatility::Immutable)),
                    [name] if first.kind() != Kind::IDENT => {
                        (name.clone(), volatility(name, Volatility::Immutable))
                    }
                    [name] => (name.clone(), volatility(name, Volatility::Unknown)),
                    [schema, name] if schema == "pg_catalog" => {
                        (name.clone(), volatility(name, Volatility::Unknown))
                    }
                    _ => (path.join("."), Volatility::Unknown),
                }
            }
            Kind::NAME_REF if is_value_keyword(node) => (node.name(), Volatility::Stable),
            _ => return None,
        };
        Some(Call { name, volatility, is_in_query, node })
    }

    pub(crate) fn is_aggregate(&self) -> bool {
        has(AGGREGATES, &self.name) || self.node.has(Kind::FILTER_CLAUSE)
    }

    pub(crate) fn is_window(&self) -> bool {
        self.node.has(Kind::OVER_CLAUSE)
    }

    pub(crate) fn gives_rows(&self) -> bool {
        has(SETS, &self.name)
    }

    /// Tells whether it is computed from one row, and gives one value.
    pub(crate) fn is_of_one_row(&self) -> bool {
        !(self.is_aggregate() || self.is_window() || self.gives_rows())
    }
}

/// Tells whether PostgreSQL has a function of this name itself.
pub(crate) fn is_own_function(name: &str) -> bool {
    [AGGREGATES, SETS].iter().any(|list| has(list, name))
        || volatility(name, Volatility::Unknown) != Volatility::Unknown
}

fn volatility(name: &str, otherwise: Volatility) -> Volatility {
    let list = VOLATILITIES.iter().find(|(_, list)| has(list, name));
    list.map_or(otherwise, |(volatility, _)| *volatility)
}

/// A search in the text is some ten times as fast as splitting it, where macros are built without
/// optimisation.
fn has(list: &str, name: &str) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let mut from = 0;
    while let Some(found) = list[from..].find(name).filter(|_| !name.is_empty()) {
        let (start, end) = (from + found, from + found + name.len());
        let before = start.checked_sub(1).and_then(|at| list.as_bytes().get(at));
        if is_edge(before) && is_edge(list.as_bytes().get(end)) {
            return true;
        }
        from = end;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_volatile(text: &str) -> bool {
        Expression::read(text).is_ok_and(|expression| expression.is_volatile())
    }

    #[test]
    fn volatility_follows_the_functions() {
        for text in [
            "now()",
            "1",
            "current_timestamp(3)",
            "lower('x') || 'y'",
            "'{}'::jsonb",
            "now() at time zone 'utc' + interval '1 day'",
            "coalesce(null, greatest(1, 2), 'gen_random_uuid()')",
            "extract(year from now()) + date_part('day', now())",
            "pg_catalog.now()::date",
            "array_to_string(array['a'], ',')",
        ] {
            assert!(!is_volatile(text), "{text}");
        }
        for text in [
            "gen_random_uuid()",
            "clock_timestamp()",
            "random()",
            "my_function(1)",
            "lower(random()::text)",
            "app.now()",
        ] {
            assert!(is_volatile(text), "{text}");
        }
    }

    #[test]
    fn each_function_is_in_one_list() {
        let mut seen = std::collections::BTreeSet::new();
        let lists = VOLATILITIES.iter().map(|(_, list)| *list).chain([AGGREGATES, SETS]);
        for name in lists.flat_map(str::split_ascii_whitespace) {
            assert!(seen.insert(name), "`{name}` stands in two lists");
        }
    }
}
