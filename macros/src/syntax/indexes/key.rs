//! Keys of an index, `email collate("C") text_pattern_ops desc nulls_last`.

use std::fmt;

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::Errors;
use crate::syntax::indexes::storage::Parameters;
use crate::syntax::words::list::{Reader, Words, inside};
use crate::syntax::words::name::Name;
use crate::syntax::words::sql::Sql;

/// One key of an index.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) value: KeyValue,
    pub(crate) collate: Option<LitStr>,
    pub(crate) opclass: Option<Opclass>,
    pub(crate) descending: bool,
    /// Whether NULLs come where they would not by themselves: first, or last where descending.
    pub(crate) nulls_moved: bool,
    /// The words that only a sorted index takes.
    order: Vec<Ident>,
}

#[derive(Clone)]
pub(crate) enum KeyValue {
    Column(Name),
    Expression(Sql),
}

/// How an index compares (manual, "Operator Classes and Operator Families").
#[derive(Clone)]
pub(crate) struct Opclass {
    /// None where the search path tells.
    schema: Option<Name>,
    name: Name,
    pub(crate) parameters: Parameters,
}

impl Key {
    pub(crate) fn of(value: KeyValue) -> Self {
        Key {
            value,
            collate: None,
            opclass: None,
            descending: false,
            nulls_moved: false,
            order: Vec::new(),
        }
    }

    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let mut key = Key::of(KeyValue::parse(input)?);
        key.parse_modifiers(input, errors)?;
        let given = |word: &str| key.order.iter().any(|given| given == word);
        for [one, other] in [["asc", "desc"], ["nulls_first", "nulls_last"]] {
            if given(one) && given(other) {
                for word in key.order.iter().filter(|word| *word == one || *word == other) {
                    errors.at(word.span(), format_args!("a key is `{one}` or `{other}`, not both"));
                }
            }
        }
        key.descending = given("desc");
        key.nulls_moved = given(if key.descending { "nulls_last" } else { "nulls_first" });
        Ok(key)
    }

    fn parse_modifiers(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let word = || |_: ParseStream| Ok(());
        let mut known: [(&str, &mut Reader); 5] = [
            ("asc", &mut word()),
            ("desc", &mut word()),
            ("nulls_first", &mut word()),
            ("nulls_last", &mut word()),
            ("collate", &mut inside(&mut self.collate)),
        ];
        let mut words = Words::new("modifier", &mut known);
        while !input.is_empty() && !input.peek(Token![,]) && !is_operator_next(input) {
            if Opclass::is_next(input) {
                let opclass = Opclass::parse(input)?;
                if self.opclass.is_some() {
                    errors.at(opclass.name.span, "a key has one operator class");
                }
                self.opclass = Some(opclass);
                continue;
            }
            let word = input.fork().call(Ident::parse_any)?;
            words.read(input, errors)?;
            if word != "collate" {
                self.order.push(word);
            }
        }
        Ok(())
    }

    /// The first word that only a sorted index takes.
    pub(crate) fn order(&self) -> Option<&Ident> {
        self.order.first()
    }

    /// The key on a column under another name.
    pub(crate) fn rename_column(&mut self, from: &Name, to: &Name) {
        match &mut self.value {
            KeyValue::Column(name) if name == from => *name = to.clone(),
            KeyValue::Column(_) => {}
            KeyValue::Expression(sql) => *sql = sql.with_column(&from.text, &to.text),
        }
    }

    /// The value alone, as it is written in SQL.
    pub(crate) fn value_sql(&self) -> String {
        match &self.value {
            KeyValue::Column(name) => name.quoted(),
            KeyValue::Expression(sql) => format!("({})", sql.text),
        }
    }

    /// As it is written in SQL.
    pub(crate) fn sql(&self) -> String {
        let mut text = self.value_sql();
        if let Some(collate) = &self.collate {
            text.extend([" collate \"", &collate.value(), "\""]);
        }
        if let Some(opclass) = &self.opclass {
            text += &opclass.sql();
        }
        text += if self.descending { " desc" } else { "" };
        text + match (self.nulls_moved, self.descending) {
            (false, _) => "",
            (true, false) => " nulls first",
            (true, true) => " nulls last",
        }
    }
}

impl KeyValue {
    /// A column's name, or `sql("…")`.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek2(syn::token::Paren) {
            return Ok(KeyValue::Column(input.parse()?));
        }
        let word = input.call(Ident::parse_any)?;
        let content;
        parenthesized!(content in input);
        if word != "sql" {
            let call = format!("{word}({content})");
            let message = format!("an expression is written as SQL\nhelp: sql(\"{call}\")");
            return Err(syn::Error::new(word.span(), message));
        }
        Ok(KeyValue::Expression(content.parse()?))
    }
}

impl Opclass {
    /// Every operator class of PostgreSQL's and of its extensions has `_ops` in its name.
    fn is_next(input: ParseStream) -> bool {
        let ahead = input.fork();
        ahead.parse::<Name>().is_ok_and(|name| is_opclass(&name)) || input.peek2(Token![.])
    }

    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut name: Name = input.parse()?;
        let mut schema = None;
        if input.peek(Token![.]) {
            input.parse::<Token![.]>()?;
            schema = Some(std::mem::replace(&mut name, input.parse()?));
        }
        if !is_opclass(&name) {
            let message = format!("operator class `{name}` does not end with `_ops`");
            return Err(syn::Error::new(name.span, message));
        }
        let mut parameters = Parameters::default();
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            parameters = content.parse()?;
        }
        Ok(Opclass { schema, name, parameters })
    }

    fn sql(&self) -> String {
        let schema = self.schema.as_ref().map(|schema| schema.quoted() + ".").unwrap_or_default();
        let parameters = if self.parameters.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.parameters.sql())
        };
        format!(" {schema}{}{parameters}", self.name.quoted())
    }
}

/// Tells whether an exclusion constraint's operator follows, `with "&&"`: no modifier stands before
/// a string.
fn is_operator_next(input: ParseStream) -> bool {
    let ahead = input.fork();
    let is_with = ahead.call(Ident::parse_any).is_ok_and(|word| word == "with");
    input.peek2(LitStr) || (is_with && !ahead.peek(syn::token::Paren))
}

fn is_opclass(name: &Name) -> bool {
    name.text.ends_with("_ops") || name.text.contains("_ops_")
}

impl fmt::Display for Key {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            KeyValue::Column(name) => write!(f, "{name}")?,
            KeyValue::Expression(sql) => write!(f, "sql({sql})")?,
        }
        if let Some(collate) = &self.collate {
            write!(f, " collate({:?})", collate.value())?;
        }
        if let Some(Opclass { schema, name, parameters }) = &self.opclass {
            f.write_str(" ")?;
            if let Some(schema) = schema {
                write!(f, "{schema}.")?;
            }
            write!(f, "{name}")?;
            if !parameters.is_empty() {
                write!(f, "({parameters})")?;
            }
        }
        f.write_str(if self.descending { " desc" } else { "" })?;
        f.write_str(match (self.nulls_moved, self.descending) {
            (false, _) => "",
            (true, false) => " nulls_first",
            (true, true) => " nulls_last",
        })
    }
}
