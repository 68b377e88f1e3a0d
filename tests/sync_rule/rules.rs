//! The rules under test, each with the plan that the macros make of it.

use crate::model::{Column, Rule, Value};

/// A history whose second migration reshapes columns of `t`.
macro_rules! reshaping {
    ($name:ident, {$($columns:tt)*}, $($change:tt)*) => {
        mod $name {
            mod m0001_base {
                changeover::migration! {
                    create_table!(t {
                        id: bigint primary_key,
                        $($columns)*,
                        note: text default "",
                    });
                }
            }

            mod m0002_change {
                changeover::migration! {
                    after super::m0001_base;
                    $($change)*;
                }
            }

            changeover::migrations! {
                pub(super) static HISTORY = [m0001_base, m0002_change];
            }
        }
    };
}

reshaping!(identical, { o: text }, rename_column!(t.o => n));
reshaping!(identical_with_a_default, { o: text default "d" }, rename_column!(t.o => n));
reshaping!(
    converted,
    { o: text },
    rename_column!(t.o => n: integer, up = "nullif(length(o), 0)", down = "repeat('x', n)")
);
reshaping!(
    converted_with_a_default,
    { o: text default "d" },
    rename_column!(t.o => n: integer, up = "nullif(length(o), 0)", down = "repeat('x', n)")
);
reshaping!(
    split,
    { o: text },
    split_column!(t.o => {
        n1: text = "nullif(split_part(o, ' ', 1), '')",
        n2: text = "split_part(o, ' ', 2)",
    }, down = "n1 || ' ' || n2")
);
reshaping!(
    split_with_defaults,
    { o: text default "a b" },
    split_column!(t.o => {
        n1: text = "nullif(split_part(o, ' ', 1), '')",
        n2: text default "e" = "split_part(o, ' ', 2)",
    }, down = "n1 || ' ' || n2")
);
reshaping!(
    merged,
    { o1: text, o2: text default "e" },
    merge_columns!(t {
        o1 = "nullif(split_part(n, ' ', 1), '')",
        o2 = "split_part(n, ' ', 2)",
    } => n: text, up = "o1 || ' ' || o2")
);

const WORDS: &[Option<&str>] = &[None, Some(""), Some("a"), Some("b"), Some("e")];
const PAIRS: &[Option<&str>] =
    &[None, Some(""), Some("a"), Some("a b"), Some("b "), Some(" e"), Some("a e")];

const fn column(name: &'static str, values: &'static [Option<&'static str>]) -> Column {
    Column { name, values, default: None }
}

const fn with_default(column: Column, default: &'static str) -> Column {
    Column { default: Some(default), ..column }
}

pub(crate) fn identity() -> Rule {
    const VALUES: &[Option<&str>] = &[None, Some(""), Some("a"), Some("b"), Some("d")];
    Rule {
        plan: &identical::HISTORY,
        old: const { &[column("o", VALUES)] },
        new: const { &[column("n", VALUES)] },
        up: <[Value]>::to_vec,
        down: <[Value]>::to_vec,
        flagged: false,
    }
}

pub(crate) fn identity_with_a_default() -> Rule {
    const OLD: &[Column] = &[with_default(column("o", WORDS), "d")];
    Rule { plan: &identical_with_a_default::HISTORY, old: OLD, ..identity() }
}

const LETTERS: &[Option<&str>] = &[None, Some(""), Some("a"), Some("xx"), Some("bb"), Some("d")];

/// `up` loses the letters, `down` invents them, and '' becomes a NULL that is meant.
pub(crate) fn lossy() -> Rule {
    Rule {
        plan: &converted::HISTORY,
        old: const { &[column("o", LETTERS)] },
        new: const { &[column("n", &[None, Some("0"), Some("1"), Some("2"), Some("3")])] },
        up: |o| {
            let length = o[0].as_ref().map(String::len).filter(|length| *length > 0);
            vec![length.map(|length| length.to_string())]
        },
        down: |n| vec![n[0].as_ref().map(|n| "x".repeat(n.parse().unwrap_or_default()))],
        flagged: true,
    }
}

pub(crate) fn lossy_with_a_default() -> Rule {
    const OLD: &[Column] = &[with_default(column("o", LETTERS), "d")];
    Rule { plan: &converted_with_a_default::HISTORY, old: OLD, ..lossy() }
}

/// What is empty in front becomes a NULL, and a NULL in either half loses the whole.
pub(crate) fn split() -> Rule {
    Rule {
        plan: &split::HISTORY,
        old: const { &[column("o", PAIRS)] },
        new: const { &[column("n1", WORDS), column("n2", WORDS)] },
        up: |o| halves(&o[0]),
        down: |n| vec![joined(n)],
        flagged: true,
    }
}

/// One half has a default of its own, the other what the old column's default comes to.
pub(crate) fn split_with_defaults() -> Rule {
    const OLD: &[Column] = &[with_default(column("o", PAIRS), "a b")];
    const NEW: &[Column] = &[column("n1", WORDS), with_default(column("n2", WORDS), "e")];
    Rule { plan: &split_with_defaults::HISTORY, old: OLD, new: NEW, ..split() }
}

pub(crate) fn merged() -> Rule {
    Rule {
        plan: &merged::HISTORY,
        old: const { &[column("o1", WORDS), with_default(column("o2", WORDS), "e")] },
        new: const { &[column("n", PAIRS)] },
        up: |o| vec![joined(o)],
        down: |n| halves(&n[0]),
        flagged: true,
    }
}

/// PostgreSQL's `split_part`, by one space.
fn halves(whole: &Value) -> Vec<Value> {
    let half = |at| whole.as_ref().map(|o| o.split(' ').nth(at).unwrap_or_default().to_owned());
    vec![half(0).filter(|first| !first.is_empty()), half(1)]
}

fn joined(halves: &[Value]) -> Value {
    Some(format!("{} {}", halves[0].as_ref()?, halves[1].as_ref()?))
}
