//! How values of a column are compared in SQL that we write ourselves.
//!
//! PostgreSQL takes the operator whose arguments fit best, wherever on the path it is: where its own
//! is for another type or for any, one that somebody has put into `public` for this very type comes
//! before it, and runs as whoever writes a row.

use crate::syntax::values::types::Type;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Comparison {
    /// By an operator that PostgreSQL has for exactly this type: nothing fits better.
    Exact,
    /// By one of PostgreSQL's own that takes the type too, named with its schema.
    Qualified,
    /// By the one that the type itself is sorted by, wherever that is: arrays compare their
    /// elements so.
    Own,
}

/// Types that have operators of their own in `pg_catalog`.
const EXACT: [&str; 22] = [
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "boolean",
    "text",
    "char",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "uuid",
    "bytea",
    "inet",
    "macaddr",
    "jsonb",
    "bit",
    "varbit",
    "tsvector",
];

/// Types that are compared as another, or as one of any kind.
const QUALIFIED: [&str; 7] =
    ["varchar", "cidr", "int4range", "int8range", "numrange", "daterange", "tstzrange"];

impl Comparison {
    /// None for a type that is not PostgreSQL's own, or not known to be.
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        if ty.is_array() {
            return Some(Comparison::Qualified);
        }
        let name = ty.sql.split('(').next().unwrap_or_default().trim();
        if EXACT.contains(&name) {
            Some(Comparison::Exact)
        } else {
            QUALIFIED.contains(&name).then_some(Comparison::Qualified)
        }
    }

    /// `one sign two`.
    pub(crate) fn sql(self, one: &str, sign: &str, two: &str) -> String {
        match self {
            Comparison::Exact => format!("{one} {sign} {two}"),
            Comparison::Qualified => format!("{one} operator(pg_catalog.{sign}) {two}"),
            Comparison::Own => {
                format!("array[{one}] operator(pg_catalog.{sign}) array[{two}]")
            }
        }
    }

    pub(crate) fn equal(self, one: &str, two: &str) -> String {
        self.sql(one, "=", two)
    }

    /// Returns the condition that a value is one of these.
    pub(crate) fn one_of(self, value: &str, list: &[String]) -> String {
        if self == Comparison::Exact {
            return format!("{value} in ({})", list.join(", "));
        }
        let equal: Vec<String> = list.iter().map(|item| self.equal(value, item)).collect();
        format!("({})", equal.join(" or "))
    }

    /// Returns the condition that two values differ, of which either may be null.
    pub(crate) fn distinct(self, one: &str, two: &str) -> String {
        match self {
            Comparison::Exact => format!("{one} is distinct from {two}"),
            // Arrays take nulls for equal.
            Comparison::Own => self.sql(one, "<>", two),
            Comparison::Qualified => format!(
                "not coalesce({}, pg_catalog.num_nulls({one}, {two}) = 2)",
                self.equal(one, two)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ty: &str) -> Option<Comparison> {
        let ty: Type = syn::parse_str(ty).unwrap_or_else(|error| panic!("{ty}: {error}"));
        Comparison::of(&ty)
    }

    #[test]
    fn a_type_that_is_compared_as_another_names_the_operator_with_its_schema() {
        for exact in ["integer", "numeric(12, 2)", "text", "char(3)", "double_precision"] {
            assert_eq!(of(exact), Some(Comparison::Exact), "{exact}");
        }
        for other in ["varchar(20)", "text[]", "mood[]", "int4range", "cidr"] {
            assert_eq!(of(other), Some(Comparison::Qualified), "{other}");
        }
        for unknown in ["mood", "json", "sql(\"citext\")"] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_comparison_reads_as_plainly_as_its_type_allows() {
        assert_eq!(Comparison::Exact.equal("a", "b"), "a = b");
        assert_eq!(Comparison::Qualified.equal("a", "b"), "a operator(pg_catalog.=) b");
        assert_eq!(Comparison::Own.equal("a", "b"), "array[a] operator(pg_catalog.=) array[b]");
        let list = ["'x'".to_owned(), "'y'".to_owned()];
        assert_eq!(Comparison::Exact.one_of("a", &list), "a in ('x', 'y')");
        assert_eq!(
            Comparison::Qualified.one_of("a", &list),
            "(a operator(pg_catalog.=) 'x' or a operator(pg_catalog.=) 'y')"
        );
    }
}
