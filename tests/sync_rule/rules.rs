//! The rules under test, each with the plan that the macros make of it.

use crate::model::{Rule, Value};

/// A history whose second migration renames `t.o` to `t.n`.
macro_rules! renaming {
    ($name:ident, {$($column:tt)*}, $($rename:tt)*) => {
        mod $name {
            mod m0001_base {
                changeover::migration! {
                    create_table!(t {
                        id: bigint primary_key,
                        o: $($column)*,
                        note: text default "",
                    });
                }
            }

            mod m0002_rename {
                changeover::migration! {
                    after super::m0001_base;
                    rename_column!($($rename)*);
                }
            }

            changeover::migrations! {
                pub(super) static HISTORY = [m0001_base, m0002_rename];
            }
        }
    };
}

renaming!(identical, { text }, t.o => n);
renaming!(identical_with_a_default, { text default "d" }, t.o => n);
renaming!(
    converted,
    { text },
    t.o => n: integer,
    up = "nullif(length(o), 0)",
    down = "repeat('x', n)"
);
renaming!(
    converted_with_a_default,
    { text default "d" },
    t.o => n: integer,
    up = "nullif(length(o), 0)",
    down = "repeat('x', n)"
);

pub(crate) fn identity() -> Rule {
    const VALUES: &[Option<&str>] = &[None, Some(""), Some("a"), Some("b"), Some("d")];
    Rule {
        plan: &identical::HISTORY,
        old_values: VALUES,
        new_values: VALUES,
        default: None,
        up: Value::clone,
        down: Value::clone,
        flagged: false,
    }
}

pub(crate) fn identity_with_a_default() -> Rule {
    Rule { plan: &identical_with_a_default::HISTORY, default: Some("d"), ..identity() }
}

/// `up` loses the letters, `down` invents them, and '' becomes a NULL that is meant.
pub(crate) fn lossy() -> Rule {
    Rule {
        plan: &converted::HISTORY,
        old_values: &[None, Some(""), Some("a"), Some("xx"), Some("bb"), Some("d")],
        new_values: &[None, Some("0"), Some("1"), Some("2"), Some("3")],
        default: None,
        up: |o| o.as_ref().map(String::len).filter(|len| *len > 0).map(|len| len.to_string()),
        down: |n| n.as_ref().map(|n| "x".repeat(n.parse().unwrap_or_default())),
        flagged: true,
    }
}

pub(crate) fn lossy_with_a_default() -> Rule {
    Rule { plan: &converted_with_a_default::HISTORY, default: Some("d"), ..lossy() }
}
