//! Which expressions give one value for all rows of a statement.

use crate::syntax::lexer::{Token, tokens};
use crate::syntax::sql::Sql;

impl Sql {
    /// Whether the fragment gives one value for all rows of a statement, by its functions
    /// (manual, "Function Volatility Categories"). A function that is not known counts as
    /// volatile: the plan is then longer than it need be, and never wrong.
    pub(crate) fn is_volatile(&self) -> bool {
        let tokens: Vec<Token> = tokens(&self.text).into_iter().flatten().collect();
        tokens.windows(2).any(|pair| match pair {
            [Token::Word(name), Token::Sign('(')] => {
                !NOT_VOLATILE.contains(&name.to_lowercase().as_str())
            }
            [Token::Quoted(_), Token::Sign('(')] => true,
            _ => false,
        })
    }
}

/// Functions that are immutable or stable, and words that stand before a parenthesis without
/// being functions: types with a length, and parts of the grammar.
const NOT_VOLATILE: &[&str] = &[
    "abs",
    "age",
    "and",
    "any",
    "array",
    "array_length",
    "as",
    "between",
    "bit",
    "btrim",
    "case",
    "cast",
    "ceil",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "current_database",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "date_part",
    "date_trunc",
    "decimal",
    "else",
    "extract",
    "floor",
    "format",
    "greatest",
    "in",
    "initcap",
    "interval",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "left",
    "length",
    "localtime",
    "localtimestamp",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "md5",
    "mod",
    "not",
    "now",
    "nullif",
    "numeric",
    "octet_length",
    "or",
    "overlay",
    "position",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "rpad",
    "rtrim",
    "split_part",
    "statement_timestamp",
    "strpos",
    "substr",
    "substring",
    "then",
    "time",
    "timestamp",
    "timestamptz",
    "timezone",
    "to_char",
    "to_date",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "transaction_timestamp",
    "trim",
    "trunc",
    "txid_current",
    "upper",
    "varbit",
    "varchar",
    "when",
];

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn sql(text: &str) -> Sql {
        Sql { text: text.into(), span: Span::call_site() }
    }

    #[test]
    fn volatility_follows_the_functions() {
        for text in [
            "now()",
            "1",
            "current_timestamp",
            "lower('x') || 'y'",
            "'{}'::jsonb",
            "now() + interval '1 day'",
            "coalesce(null, 'gen_random_uuid()')",
        ] {
            assert!(!sql(text).is_volatile(), "{text}");
        }
        for text in [
            "gen_random_uuid()",
            "clock_timestamp()",
            "random()",
            "my_function(1)",
            "lower(random()::text)",
            "\"now\"()",
        ] {
            assert!(sql(text).is_volatile(), "{text}");
        }
    }
}
