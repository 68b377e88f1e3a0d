//! The types that columns of random tables have, and their defaults.

use super::dice::Dice;

/// What can be done with the values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Whole,
    Text,
    /// Ordered by a tree.
    Ordered,
    Range,
    Json,
    Array,
    /// Neither ordered nor equal to each other.
    Bare,
}

use Sort::{Array, Bare, Json, Ordered, Range, Text, Whole};

/// A type, and defaults that it can have.
type Type = (&'static str, Sort, &'static [&'static str]);

const TYPES: &[Type] = &[
    ("bigint", Whole, &["0", "-5000000000", "(1 + 2) * 3", "nextval('public.s0')"]),
    ("text", Text, &["''", "'it''s \"q\" \\ x'", "E'two\\nlines'", "upper('x')", "current_user"]),
    ("integer", Whole, &["0", "-1", "length('x')", "(random() * 10)::integer", "'3'"]),
    ("boolean", Ordered, &["true", "null", "not true", "1 = 1", "'f'"]),
    ("timestamptz", Ordered, &["now()", "'2020-01-01 12:00+02'", "now() - interval '1 day'"]),
    ("numeric", Ordered, &["0", "-1.50", "'NaN'", "1e3"]),
    ("varchar(10)", Text, &["'abc'", "'it''s'", "left('abc', 2)"]),
    ("jsonb", Json, &["'{}'", "'{\"a\": [1, \"it''s\"]}'", "jsonb_build_object('a', 1)"]),
    ("uuid", Ordered, &["gen_random_uuid()", "'00000000-0000-0000-0000-000000000001'"]),
    ("date", Ordered, &["'2020-01-01'", "current_date", "'infinity'", "('now'::text)::date"]),
    ("text[]", Array, &["'{}'", "array['a', 'b;c']", "'{\"it''s\"}'"]),
    ("smallint", Whole, &["7", "'-3'"]),
    ("varchar", Text, &["'x'", "null"]),
    ("char(5)", Text, &["'ab'", "'abcde'"]),
    ("char", Text, &["'a'"]),
    ("bpchar", Text, &["'x  '"]),
    ("name", Text, &["'x'", "current_database()"]),
    ("\"char\"", Ordered, &["'x'"]),
    ("numeric(10, 2)", Ordered, &["0", "1.5", "'12.345'"]),
    ("numeric(5)", Ordered, &["5"]),
    ("numeric(5, -2)", Ordered, &["500"]),
    ("real", Ordered, &["1.5", "'infinity'"]),
    ("double precision", Ordered, &["-1e10", "'NaN'", "random()", "pi()"]),
    ("timestamp", Ordered, &["now()", "(now() at time zone 'utc')", "'epoch'"]),
    ("timestamp(3)", Ordered, &["localtimestamp", "'2020-01-01'"]),
    ("timestamptz(0)", Ordered, &["current_timestamp(0)", "date_trunc('day', now())"]),
    ("time(2)", Ordered, &["'12:00'", "localtime"]),
    ("timetz", Ordered, &["'12:00+01'"]),
    ("interval", Ordered, &["'1 day 02:00'", "make_interval(days => 3)"]),
    ("interval(3)", Ordered, &["'1.5 seconds'"]),
    ("interval day to second(2)", Ordered, &["'1 day'"]),
    ("interval year", Ordered, &["'3'"]),
    ("json", Bare, &["'[]'", "'{\"a\": \"\\n\"}'"]),
    ("bytea", Ordered, &["'\\x00ff'", "decode('ff', 'hex')"]),
    ("money", Ordered, &["1.5"]),
    ("inet", Ordered, &["'10.0.0.1'"]),
    ("cidr", Ordered, &["'10.0.0.0/8'"]),
    ("macaddr8", Ordered, &["'08:00:2b:01:02:03:04:05'"]),
    ("tsvector", Ordered, &["''", "to_tsvector('simple', 'a b')"]),
    ("xml", Bare, &["'<a/>'"]),
    ("point", Bare, &["'(1,2)'", "point(1, 2)"]),
    ("polygon", Bare, &["'((0,0),(1,1))'"]),
    ("int4range", Range, &["'[1,5)'", "int4range(1, 5)", "'empty'"]),
    ("tstzrange", Range, &["tstzrange(now(), null)"]),
    ("numrange", Range, &["'[1,2]'"]),
    ("tstzmultirange", Range, &["'{}'"]),
    ("oid", Ordered, &["3"]),
    ("regclass", Ordered, &["'pg_class'"]),
    ("regtype", Ordered, &["'integer'"]),
    ("pg_lsn", Ordered, &["'0/1'"]),
    ("bit(3)", Ordered, &["'101'", "B'010'"]),
    ("bit varying", Ordered, &["B'1'"]),
    ("varbit(5)", Ordered, &["'1'"]),
    ("integer[]", Array, &["'{1,2}'", "array[1, 2]", "'[2:3]={1,2}'"]),
    ("text[][]", Array, &["'{}'"]),
    ("varchar(3)[]", Array, &["'{a}'", "array['abc']"]),
    ("timestamp(3) with time zone[]", Array, &["array[now()]"]),
    ("numeric(12, 4)[]", Array, &["'{1.5}'"]),
    ("jsonb[]", Array, &["'{}'"]),
    ("int2vector", Bare, &["'1 2'"]),
    ("jsonpath", Bare, &["'$.a'"]),
    ("pg_snapshot", Bare, &["'1:2:'"]),
];

/// A type, one of the database's own now and then, with what its values can do and a default.
pub(super) fn any(dice: &mut Dice<'_>, own: &[String]) -> (String, Sort, String) {
    if !own.is_empty() && dice.once_in(4) {
        let ty = &own[dice.below(own.len())];
        let (sort, ty) =
            if dice.once_in(4) { (Array, format!("{ty}[]")) } else { (Bare, ty.clone()) };
        return (ty, sort, "null".into());
    }
    let (ty, sort, defaults) = TYPES[dice.below(TYPES.len())];
    (ty.to_owned(), sort, dice.pick(defaults).to_owned())
}
