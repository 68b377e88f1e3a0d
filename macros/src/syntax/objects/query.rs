//! Queries that a user writes as a string, read as far as a view needs: which columns it gives,
//! and which tables and columns it reads. The only reader of queries.

mod clauses;

use proc_macro2::Span;
use syn::LitStr;
use syn::parse::{Parse, ParseStream};

pub(crate) use self::clauses::Source;
use self::clauses::{
    CLAUSES, behind_select, column_name, common_tables, depths, is, of_query, source, word,
};
use crate::grammar::problem_of_query;
use crate::syntax::words::lexer::{Token, tokens, unfit_query};
use crate::syntax::words::name::TableName;

/// A query without parameters and comments.
#[derive(Clone)]
pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Parse for Query {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let literal: LitStr = input.parse()?;
        let (text, span) = (dedented(&literal.value()), literal.span());
        let query = Query { text, span };
        match query.unfit() {
            Some(problem) => Err(syn::Error::new(span, problem)),
            None => Ok(query),
        }
    }
}

impl Query {
    /// A query that an earlier migration wrote.
    pub(crate) fn stored(text: &str) -> Self {
        Query { text: text.to_owned(), span: Span::call_site() }
    }

    fn unfit(&self) -> Option<String> {
        unfit_query(&self.text).or_else(|| self.problem()).or_else(|| problem_of_query(&self.text))
    }

    fn problem(&self) -> Option<String> {
        let tokens = self.tokens();
        if !["select", "with", "values"].iter().any(|word| is(tokens.first(), word)) {
            return Some("expected a query\nhelp: \"select …\"".into());
        }
        let is_all = |at: usize| {
            tokens[at] == Token::Sign('*')
                && match &tokens[at - 1] {
                    Token::Sign(c) => matches!(c, ',' | '.'),
                    word => ["select", "all", "distinct"].iter().any(|known| is(Some(word), known)),
                }
        };
        (1..tokens.len()).any(is_all).then(|| {
            "`*` stands for the columns of the day on which the view is made\n\
             help: name the columns; `exists (select from …)` needs none\n\
             note: PostgreSQL writes them out then, and adds none later"
                .into()
        })
    }

    fn tokens(&self) -> Vec<Token<'_>> {
        tokens(&self.text).unwrap_or_default()
    }

    /// The names of the columns that it gives, in order: none for one that has no plain name, and
    /// for a query that does not say them.
    pub(crate) fn columns(&self) -> Vec<Option<String>> {
        let tokens = self.tokens();
        let depths = depths(&tokens);
        let Some(start) =
            (0..tokens.len()).find(|&at| depths[at] == 0 && is(tokens.get(at), "select"))
        else {
            return vec![None];
        };
        let start = start + behind_select(&tokens[start + 1..]);
        let ends = |at: usize| {
            let distinct = is(tokens.get(at - 1), "distinct");
            depths[at] == 0 && CLAUSES.iter().any(|word| is(tokens.get(at), word)) && !distinct
        };
        let end = (start + 1..tokens.len()).find(|&at| ends(at)).unwrap_or(tokens.len());
        let commas =
            (start + 1..end).filter(|&at| depths[at] == 0 && tokens[at] == Token::Sign(','));
        let ends: Vec<usize> = commas.chain([end]).collect();
        let starts = [start].into_iter().chain(ends.iter().copied());
        starts.zip(&ends).map(|(comma, end)| column_name(&tokens[comma + 1..*end])).collect()
    }

    /// Returns what stands in its `from` clauses, subqueries' included.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let tokens = self.tokens();
        let with = common_tables(&tokens);
        let mut sources = Vec::new();
        for (at, of_query) in of_query(&tokens).into_iter().enumerate().skip(1) {
            let from = is(tokens.get(at), "from") && !is(tokens.get(at - 1), "distinct");
            let mut next = at + 1;
            if !of_query || !(from || is(tokens.get(at), "join")) {
                continue;
            }
            while let Some((source, after)) = source(&tokens, next) {
                let is_with =
                    source.table.schema.is_none() && with.contains(&source.table.name.text);
                if !is_with {
                    sources.push(source);
                }
                if tokens.get(after) != Some(&Token::Sign(',')) {
                    break;
                }
                next = after + 1;
            }
        }
        sources
    }

    /// Tells whether it reads this column of this table. `has` tells whether another table has a
    /// column of that name: PostgreSQL takes a bare name only where one table has it.
    pub(crate) fn reads(
        &self,
        table: &TableName,
        column: &str,
        has: impl Fn(&TableName) -> bool,
    ) -> bool {
        let (tokens, sources) = (self.tokens(), self.sources());
        if !sources.iter().any(|source| source.table == *table) {
            return false;
        }
        let elsewhere = sources.iter().any(|other| other.table != *table && has(&other.table));
        (0..tokens.len()).filter(|&at| word(&tokens[at]).is_some_and(|name| name == column)).any(
            |at| match at.checked_sub(1).map(|before| &tokens[before]) {
                Some(Token::Sign(':')) => false,
                Some(Token::Sign('.')) => {
                    let of = at.checked_sub(2).and_then(|of| word(&tokens[of])).unwrap_or_default();
                    let mut named = sources.iter().filter(|source| source.alias == of).peekable();
                    named.peek().is_none() || named.any(|source| source.table == *table)
                }
                before => {
                    let is_call = tokens.get(at + 1) == Some(&Token::Sign('('));
                    !is(before, "as") && !is_call && !elsewhere
                }
            },
        )
    }
}

/// A text without the indentation that it has in the source, unless a string goes over lines: what
/// stands before its next line is part of it.
fn dedented(text: &str) -> String {
    let goes_over = |token: &Token| match token {
        Token::Text(text) | Token::Quoted(text) => text.contains('\n'),
        Token::Word(_) | Token::Sign(_) => false,
    };
    if tokens(text).is_ok_and(|tokens| tokens.iter().any(goes_over)) {
        return text.trim().to_owned();
    }
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let full = || text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let common = full().map(|line| indent(&line)).min().unwrap_or(0);
    let lines = text.lines().enumerate().map(|(at, line)| match at {
        0 => line,
        _ => line.get(common..).unwrap_or_default(),
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::words::name::Name;

    fn columns(text: &str) -> Vec<Option<String>> {
        Query::stored(text).columns()
    }

    fn sources(text: &str) -> Vec<String> {
        Query::stored(text).sources().iter().map(|source| source.table.to_string()).collect()
    }

    #[test]
    fn indentation_of_the_source_is_left_out() {
        assert_eq!(dedented("\n    begin\n      x;\n\n    end"), "begin\n  x;\n\nend");
        assert_eq!(dedented("select a\n  from t\n "), "select a\nfrom t");
        let text = "select 'one\n    two'\n    from t";
        assert_eq!(dedented(text), text);
    }

    #[test]
    fn columns_are_those_of_the_outer_select() {
        assert_eq!(
            columns("with x as (select a from t) select distinct x.a, b + 1 as c, \"D\" from x, y"),
            [Some("a".to_owned()), Some("c".to_owned()), Some("D".to_owned())]
        );
        assert_eq!(
            columns("select count(*), id::text, a is distinct from b from t"),
            [None, None, None]
        );
        assert_eq!(columns("values (1, 2)"), [None]);
    }

    #[test]
    fn sources_are_tables_and_no_calls() {
        let query = "with recent as (select o.id from orders o where extract(year from at) > 1)
            select r.id from recent r join (billing.invoices i left join public.users on true) on true
            cross join generate_series(1, 2), lateral (select 1) l
            where a is distinct from b and trim(both from c) in (select c from \"Mixed\", plain p)";
        assert_eq!(
            sources(query),
            ["orders", "billing.invoices", "users", "\"Mixed\"", "plain"]
                .map(|name| name.trim_matches('"').to_owned())
        );
    }

    #[test]
    fn joins_stand_in_as_many_parentheses_as_the_server_writes() {
        let query = "select extract(year from a.at) from (((a join b on ((a.id = b.id)))
            left join public.c on ((c.at = (select max(d.at) from d)))) join (e join f on true) on true)";
        assert_eq!(sources(query), ["a", "b", "c", "d", "e", "f"]);
    }

    #[test]
    fn a_column_is_read_where_its_table_is_meant() {
        let users = TableName { schema: None, name: Name::new("users") };
        let reads = |text: &str| Query::stored(text).reads(&users, "name", |_| true);
        for text in [
            "select name from users",
            "select u.Name as n from users u, t",
            "select \"name\" from users",
        ] {
            assert!(reads(text), "{text}");
        }
        for text in [
            "select display_name as name from users",
            "select t.name from users u join t on true",
            "select name from other",
            "select name(id) as x, 1::name as y, 'name' as z from users",
        ] {
            assert!(!reads(text), "{text}");
        }
    }
}
