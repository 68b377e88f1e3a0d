//! What a change of one type into another costs, and what it keeps (catalog 2.D).

use crate::syntax::values::types::Type;

/// How a column's values get from one type to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cast {
    /// `alter column … type` touches the catalog alone, and drivers see the same type.
    InPlace,
    /// Every value has its place in the new type, and a cast of its own back.
    Lossless {
        /// Whether an expression over the column means on the new type what it meant on the old:
        /// `7 / 2` is 3 in integers and 3.5 in numerics.
        same_meaning: bool,
    },
    /// The user has to say what becomes of a value.
    Stated,
}

const SAME: Cast = Cast::Lossless { same_meaning: true };
const OTHER: Cast = Cast::Lossless { same_meaning: false };

/// A type without its numbers, and those.
struct Parts<'a> {
    name: &'a str,
    numbers: Vec<u32>,
}

impl<'a> Parts<'a> {
    fn of(sql: &'a str) -> Self {
        let (name, numbers) = sql.split_once('(').unwrap_or((sql, ""));
        let numbers = numbers.trim_end_matches(')').split(',');
        Parts {
            name: name.trim(),
            numbers: numbers.filter_map(|n| n.trim().parse().ok()).collect(),
        }
    }

    fn number(&self, at: usize) -> Option<u32> {
        self.numbers.get(at).copied()
    }
}

pub(crate) fn cast(from: &Type, to: &Type) -> Cast {
    // What such a type makes of its numbers is its own affair.
    if from.named.is_some() || to.named.is_some() {
        return if from == to { Cast::InPlace } else { Cast::Stated };
    }
    cast_of(&from.sql, &to.sql)
}

fn cast_of(from: &str, to: &str) -> Cast {
    if let (Some(from), Some(to)) = (from.strip_suffix("[]"), to.strip_suffix("[]")) {
        // Measured: `varchar(10)[]` to `varchar(20)[]` rewrites, although its elements would not.
        return match cast_of(from, to) {
            Cast::InPlace if from == to => Cast::InPlace,
            Cast::InPlace => SAME,
            cast => cast,
        };
    }
    let (from, to) = (Parts::of(from), Parts::of(to));
    match (from.name, to.name) {
        (one, other) if one == other && from.numbers == to.numbers => Cast::InPlace,
        (one, other) if one == other => same_name(&from, &to),
        ("varchar", "text") => Cast::InPlace,
        ("text", "varchar") if to.numbers.is_empty() => Cast::InPlace,
        ("smallint", "integer" | "bigint") | ("integer", "bigint") | ("cidr", "inet") => SAME,
        ("bit", "varbit") if to.number(0).is_none_or(|most| most >= length(&from)) => SAME,
        ("smallint" | "integer" | "bigint", "numeric") if digits(from.name) <= whole(&to) => OTHER,
        ("smallint" | "integer" | "real", "double precision")
        | ("smallint", "real")
        | ("date", "timestamp")
        | (
            "smallint" | "integer" | "bigint" | "numeric" | "boolean" | "uuid" | "char" | "inet"
            | "cidr" | "macaddr" | "json" | "jsonb",
            "text",
        ) => OTHER,
        _ => Cast::Stated,
    }
}

/// Measured on 14, 15 and 18: what is longer or has no limit is the catalog alone.
fn same_name(from: &Parts, to: &Parts) -> Cast {
    let wider = |at: usize| match (from.number(at), to.number(at)) {
        (_, None) => true,
        (Some(from), Some(to)) => to >= from,
        (None, Some(_)) => false,
    };
    match from.name {
        "varchar" | "varbit" | "timestamp" | "timestamptz" | "time" | "interval" if wider(0) => {
            Cast::InPlace
        }
        // Every value is padded anew.
        "char" if wider(0) && to.number(0).is_some() => SAME,
        "numeric" if to.numbers.is_empty() => Cast::InPlace,
        "numeric" if !from.numbers.is_empty() => {
            let scale = |parts: &Parts| parts.number(1).unwrap_or(0);
            if scale(from) == scale(to) && wider(0) {
                Cast::InPlace
            } else if scale(to) >= scale(from) && whole(to) >= whole(from) {
                SAME
            } else {
                Cast::Stated
            }
        }
        _ => Cast::Stated,
    }
}

/// The digits before the point.
fn whole(numeric: &Parts) -> u32 {
    match numeric.number(0) {
        Some(precision) => precision.saturating_sub(numeric.number(1).unwrap_or(0)),
        None => u32::MAX,
    }
}

fn digits(integer: &str) -> u32 {
    match integer {
        "smallint" => 5,
        "integer" => 10,
        _ => 19,
    }
}

fn length(bits: &Parts) -> u32 {
    bits.number(0).unwrap_or(1)
}

/// The check that keeps values to the second type's room, where that is the first with less of it
/// (catalog D2).
pub(crate) fn limit(from: &Type, to: &Type, column: &str) -> Option<String> {
    let (from, to) = (Parts::of(&from.sql), Parts::of(&to.sql));
    match (from.name, to.name) {
        ("text" | "varchar", "varchar") => {
            Some(format!("char_length({column}) <= {}", to.number(0)?))
        }
        ("numeric", "numeric") if to.number(1) == from.number(1) => {
            Some(format!("abs({column}) < 1e{}", whole(&to)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One case a line, as the catalog measured them.
    #[test]
    fn casts_are_what_was_measured() {
        for (from, to, cast) in [
            ("varchar(10)", "varchar(20)", Cast::InPlace),
            ("varchar(10)", "varchar", Cast::InPlace),
            ("varchar(10)", "text", Cast::InPlace),
            ("varchar", "text", Cast::InPlace),
            ("text", "varchar", Cast::InPlace),
            ("varchar(20)", "varchar(10)", Cast::Stated),
            ("text", "varchar(50)", Cast::Stated),
            ("char(10)", "char(20)", SAME),
            ("char(10)", "text", OTHER),
            ("char(10)", "varchar(10)", Cast::Stated),
            ("numeric(10, 2)", "numeric(12, 2)", Cast::InPlace),
            ("numeric(10, 2)", "numeric", Cast::InPlace),
            ("numeric(10)", "numeric(12)", Cast::InPlace),
            ("numeric(10, 2)", "numeric(12, 4)", SAME),
            ("numeric(10, 2)", "numeric(10, 4)", Cast::Stated),
            ("numeric(10, 2)", "numeric(8, 2)", Cast::Stated),
            ("numeric", "numeric(10, 2)", Cast::Stated),
            ("timestamp(3)", "timestamp(6)", Cast::InPlace),
            ("timestamptz(3)", "timestamptz", Cast::InPlace),
            ("timestamp", "timestamp(3)", Cast::Stated),
            ("timestamp", "timestamptz", Cast::Stated),
            ("time(3)", "time(6)", Cast::InPlace),
            ("interval(3)", "interval(6)", Cast::InPlace),
            ("varbit(8)", "varbit(16)", Cast::InPlace),
            ("bit(8)", "varbit", SAME),
            ("bit(8)", "bit(16)", Cast::Stated),
            ("cidr", "inet", SAME),
            ("inet", "cidr", Cast::Stated),
            ("integer", "bigint", SAME),
            ("bigint", "integer", Cast::Stated),
            ("integer", "numeric", OTHER),
            ("integer", "numeric(12, 2)", OTHER),
            ("bigint", "numeric(12, 2)", Cast::Stated),
            ("integer", "text", OTHER),
            ("real", "double precision", OTHER),
            ("bigint", "double precision", Cast::Stated),
            ("json", "jsonb", Cast::Stated),
            ("text", "uuid", Cast::Stated),
            ("integer[]", "bigint[]", SAME),
            ("varchar(10)[]", "text[]", SAME),
        ] {
            assert_eq!(cast_of(from, to), cast, "{from} to {to}");
        }
    }
}
