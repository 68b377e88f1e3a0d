//! Privileges, `select, update(note) on orders to app`: what `grant!` and `revoke!` take.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::{Errors, nearest};
use crate::syntax::objects::function::{Function, signature};
use crate::syntax::values::types::Type;
use crate::syntax::words::list::{keyword, unknown};
use crate::syntax::words::name::{Name, TableName};

/// Privileges of roles on one object.
pub(crate) struct Grant {
    pub(crate) privileges: Vec<Privilege>,
    pub(crate) target: Target,
    pub(crate) roles: Vec<Name>,
}

/// A privilege on the whole object, or on one column of it.
#[derive(Clone)]
pub(crate) struct Privilege {
    pub(crate) word: &'static str,
    pub(crate) column: Option<Name>,
    pub(crate) span: Span,
}

/// What privileges are on.
pub(crate) struct Target {
    pub(crate) kind: Kind,
    pub(crate) name: TableName,
    /// The types of a function's arguments.
    pub(crate) types: Option<Vec<Type>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Table,
    Sequence,
    Function,
    Schema,
}

impl Kind {
    /// The privileges that there are on it (manual, "Privileges").
    fn privileges(self) -> &'static [&'static str] {
        match self {
            Kind::Table => {
                &["select", "insert", "update", "delete", "truncate", "references", "trigger"]
            }
            Kind::Sequence => &["usage", "select", "update"],
            Kind::Function => &["execute"],
            Kind::Schema => &["usage", "create"],
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::Sequence => "sequence",
            Kind::Function => "function",
            Kind::Schema => "schema",
        }
    }
}

impl Grant {
    /// Returns what PostgreSQL gives everybody on a new function.
    pub(crate) fn of_everybody(function: &Function) -> Self {
        let name = &function.name;
        let types = function.inputs().map(|argument| argument.ty.clone()).collect();
        let target = Target { kind: Kind::Function, name: name.clone(), types: Some(types) };
        let execute = Privilege { word: "execute", column: None, span: name.span() };
        let public = Name { text: "public".into(), span: name.span() };
        Grant { privileges: vec![execute], target, roles: vec![public] }
    }

    /// Reads them with the word before the roles: `to` or `from`.
    pub(crate) fn parse(
        preposition: &str,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let mut written = Vec::new();
        loop {
            written.push((input.call(Ident::parse_any)?, parse_columns(input)?));
            if !input.peek(Token![,]) {
                break;
            }
            input.parse::<Token![,]>()?;
        }
        keyword("on", "select on table", input)?;
        let target: Target = input.parse()?;
        keyword(preposition, &format!("select on {} {preposition} role", target.name), input)?;
        let mut roles = vec![input.parse()?];
        while input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            roles.push(input.parse()?);
        }
        let mut privileges = Vec::new();
        for (word, columns) in written {
            match read(&word, &columns, target.kind) {
                Ok(found) => privileges.extend(found),
                Err(error) => errors.syntax(error),
            }
        }
        Ok(Grant { privileges, target, roles })
    }
}

fn parse_columns(input: ParseStream) -> syn::Result<Vec<Name>> {
    if !input.peek(syn::token::Paren) {
        return Ok(Vec::new());
    }
    let content;
    parenthesized!(content in input);
    Ok(content.parse_terminated(Name::parse, Token![,])?.into_iter().collect())
}

fn read(written: &Ident, columns: &[Name], kind: Kind) -> syn::Result<Vec<Privilege>> {
    let span = written.span();
    let known = kind.privileges();
    let Some(word) = known.iter().copied().find(|known| written == known) else {
        return Err(unknown(&format!("privilege on a {}", kind.word()), written, known));
    };
    if columns.is_empty() {
        return Ok(vec![Privilege { word, column: None, span }]);
    }
    if kind != Kind::Table || ["delete", "truncate", "trigger"].contains(&word) {
        return Err(syn::Error::new(
            span,
            format!("privilege `{word}` is not given column by column"),
        ));
    }
    let one = |name: &Name| Privilege { word, column: Some(name.clone()), span: name.span };
    Ok(columns.iter().map(one).collect())
}

impl Target {
    /// The types that tell a function from others of its name, as SQL.
    pub(crate) fn signature(&self) -> Option<String> {
        self.types.as_ref().map(signature)
    }
}

impl Parse for Target {
    /// `orders`, `schema billing`, `sequence numbers`, `function total(bigint)`.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let kinds = [Kind::Sequence, Kind::Function, Kind::Schema];
        // Two words are a kind and a name; a name alone is a table's.
        let ahead = input.fork().call(Ident::parse_any).ok();
        let is_kind = second(input).is_some_and(|word| word != "to" && word != "from")
            || is_before_text(input);
        let mut kind = Kind::Table;
        if let Some(word) = ahead
            .filter(|word| is_kind && nearest(&word.to_string(), &kinds.map(Kind::word)).is_some())
        {
            input.call(Ident::parse_any)?;
            let found = kinds.into_iter().find(|kind| word == kind.word());
            kind = found.ok_or_else(|| unknown("kind of object", &word, &kinds.map(Kind::word)))?;
        }
        let name = input.parse()?;
        let mut types = None;
        if kind == Kind::Function {
            let content;
            parenthesized!(content in input);
            let read = content.parse_terminated(<Type as Parse>::parse, Token![,])?;
            types = Some(read.into_iter().collect());
        }
        Ok(Target { kind, name, types })
    }
}

fn second(input: ParseStream) -> Option<Ident> {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).and_then(|_| ahead.call(Ident::parse_any)).ok()
}

/// Tells whether a name that is no word stands behind the next one.
fn is_before_text(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok() && ahead.peek(LitStr)
}

impl fmt::Display for Privilege {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}({column})", self.word),
            None => f.write_str(self.word),
        }
    }
}
