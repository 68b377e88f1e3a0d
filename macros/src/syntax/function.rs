//! Functions, `total_of(customer: bigint) returns numeric, language = sql, stable, body = "…"`:
//! what `create_function!` and `replace_function!` take.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token, parenthesized};

use crate::diag::Errors;
use crate::grammar::{Script, problem_of_plpgsql};
use crate::syntax::default::Default;
use crate::syntax::list::{flag, items, keyword, options, unknown, value};
use crate::syntax::name::{Name, TableName};
use crate::syntax::query::dedented;
use crate::syntax::types::Type;

/// What closes the quotes round a body.
pub(crate) const QUOTE: &str = "$changeover$";

/// A function as it is written.
pub(crate) struct Function {
    pub(crate) name: TableName,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) returns: Returns,
    pub(crate) language: Name,
    /// `immutable`, `strict` and their like, in PostgreSQL's order.
    pub(crate) attributes: Vec<&'static str>,
    pub(crate) path: Path,
    pub(crate) body: Body,
}

/// One argument, or one column of a table that is returned.
pub(crate) struct Argument {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) default: Option<Default>,
}

/// What a function gives back.
pub(crate) enum Returns {
    Value(Type),
    Set(Type),
    Table(Vec<Argument>),
    /// A word that stands for no type of a column: `trigger`, `void`.
    Word(&'static str),
}

/// What a name without a schema means in the body.
pub(crate) enum Path {
    /// One of `public`, as everywhere.
    Public,
    Given(LitStr),
    /// What it means to the caller.
    Caller,
}

/// The text of a function. The only reader of bodies.
pub(crate) struct Body {
    pub(crate) text: String,
    span: Span,
}

const WORDS: [&str; 4] = ["event_trigger", "record", "trigger", "void"];

impl Function {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: TableName = input.parse()?;
        let arguments = parse_arguments(input, errors)?;
        keyword("returns", &format!("{name}(…) returns text, …"), input)?;
        let returns = Returns::parse(input, errors)?;
        let mut read = Options::default();
        read.parse(input, errors);
        read.check(&name, errors);
        read.check_body(errors);
        let language = read.language.take().unwrap_or_else(|| Name::new("sql"));
        let body = read.body.take().unwrap_or(Body { text: String::new(), span: name.span() });
        let function = Function {
            name,
            arguments,
            returns,
            language,
            attributes: read.attributes(),
            path: read.path.unwrap_or(Path::Public),
            body,
        };
        Ok(function)
    }

    /// The types that tell it from others of its name, as SQL.
    pub(crate) fn signature(&self) -> String {
        signature(self.arguments.iter().map(|argument| &argument.ty))
    }

    /// Every type that it names.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        let (value, table) = match &self.returns {
            Returns::Value(ty) | Returns::Set(ty) => (Some(ty), [].as_slice()),
            Returns::Table(columns) => (None, columns.as_slice()),
            Returns::Word(_) => (None, [].as_slice()),
        };
        let named = self.arguments.iter().chain(table).map(|argument| &argument.ty);
        named.chain(value)
    }
}

/// The types of a function's arguments, without the lengths that PostgreSQL passes over.
pub(crate) fn signature<'a>(types: impl IntoIterator<Item = &'a Type>) -> String {
    let bare = |ty: &Type| match (ty.sql.find('('), ty.sql.ends_with("[]")) {
        (Some(at), true) => format!("{}[]", &ty.sql[..at]),
        (Some(at), false) => ty.sql[..at].to_owned(),
        (None, _) => ty.sql.clone(),
    };
    types.into_iter().map(bare).collect::<Vec<_>>().join(", ")
}

fn parse_arguments(input: ParseStream, errors: &mut Errors) -> syn::Result<Vec<Argument>> {
    let content;
    parenthesized!(content in input);
    let mut arguments: Vec<Argument> = Vec::new();
    items(&content, errors, |input, errors| {
        let argument: Argument = input.parse()?;
        if let Some(default) = &argument.default {
            default.check(&argument.ty, errors);
        }
        let name = &argument.name;
        if arguments.iter().any(|other| other.name == *name) {
            errors.at(name.span, format_args!("argument `{name}` is given twice"));
        }
        let needs_default = arguments.last().is_some_and(|before| before.default.is_some());
        if needs_default && argument.default.is_none() {
            errors
                .at(name.span, format_args!("argument `{name}` follows one with a default"))
                .note("a call leaves arguments out from the end");
        }
        arguments.push(argument);
        Ok(())
    });
    Ok(arguments)
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        let ahead = input.fork().call(Ident::parse_any).ok();
        let default = match ahead {
            Some(word) if word == "default" => {
                input.call(Ident::parse_any)?;
                Some(input.parse()?)
            }
            _ => None,
        };
        Ok(Argument { name, ty, default })
    }
}

impl Returns {
    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let ahead: Ident = input.fork().call(Ident::parse_any)?;
        if let Some(word) = WORDS.into_iter().find(|word| ahead == word) {
            input.call(Ident::parse_any)?;
            return Ok(Returns::Word(word));
        }
        if ahead == "table" && input.peek2(syn::token::Paren) {
            input.call(Ident::parse_any)?;
            return parse_arguments(input, errors).map(Returns::Table);
        }
        if ahead == "setof" {
            input.call(Ident::parse_any)?;
            return input.parse().map(Returns::Set);
        }
        input.parse().map(Returns::Value)
    }
}

/// The options as they are read.
#[derive(Default)]
struct Options {
    language: Option<Name>,
    body: Option<Body>,
    path: Option<Path>,
    volatility: [bool; 3],
    strict: bool,
    definer: Option<Span>,
    parallel_safe: bool,
    /// Whether something that was given could not be read.
    is_broken: bool,
}

impl Options {
    fn parse(&mut self, input: ParseStream, errors: &mut Errors) {
        let before = errors.count();
        let [immutable, stable, volatile] = &mut self.volatility;
        let definer = &mut self.definer;
        let mut read_definer = |input: ParseStream| {
            *definer = Some(input.span());
            Ok(())
        };
        options(
            input,
            errors,
            &mut [
                ("language", &mut value(&mut self.language)),
                ("immutable", &mut flag(immutable)),
                ("stable", &mut flag(stable)),
                ("volatile", &mut flag(volatile)),
                ("strict", &mut flag(&mut self.strict)),
                ("security_definer", &mut read_definer),
                ("parallel_safe", &mut flag(&mut self.parallel_safe)),
                ("search_path", &mut value(&mut self.path)),
                ("body", &mut value(&mut self.body)),
            ],
        );
        self.is_broken = errors.count() > before;
    }

    fn check(&self, name: &TableName, errors: &mut Errors) {
        let missing = [
            (self.body.is_none(), "body", "body = \"select …\""),
            (self.language.is_none(), "language", "language = sql"),
        ];
        for (_, what, help) in missing.iter().filter(|(is, ..)| *is && !self.is_broken) {
            errors.at(name.span(), format_args!("function `{name}` has no {what}")).help(help);
        }
        if let [first, second, ..] = self.volatilities().as_slice() {
            errors.at(
                name.span(),
                format_args!("function `{name}` is both `{first}` and `{second}`"),
            );
        }
        if let (Some(span), Some(Path::Caller)) = (self.definer, &self.path) {
            errors
                .at(span, "a `security_definer` function does not take the search path of its caller")
                .help("leave `search_path` out, or search_path = \"…\"")
                .note("whoever calls it could put functions and tables of their own in the place of those that it names, and they would run with its owner's rights");
        }
    }

    fn check_body(&self, errors: &mut Errors) {
        let (Some(language), Some(body)) = (&self.language, &self.body) else { return };
        let problem = match language.text.as_str() {
            "sql" => Script::read(&body.text).err(),
            "plpgsql" => problem_of_plpgsql(&body.text),
            _ => None,
        };
        if let Some(problem) = problem {
            errors.at(body.span, problem);
        }
    }

    fn volatilities(&self) -> Vec<&'static str> {
        let words = ["immutable", "stable", "volatile"].into_iter().zip(self.volatility);
        words.filter(|(_, given)| *given).map(|(word, _)| word).collect()
    }

    fn attributes(&self) -> Vec<&'static str> {
        let mut attributes = self.volatilities();
        attributes.extend(self.strict.then_some("strict"));
        attributes.extend(self.definer.map(|_| "security definer"));
        attributes.extend(self.parallel_safe.then_some("parallel safe"));
        attributes
    }
}

impl Parse for Path {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let path: LitStr = input.parse()?;
            if path.value().contains([';', '\'', '$', '\0', '(']) || path.value().trim().is_empty()
            {
                return Err(syn::Error::new(path.span(), "expected schemas, separated by commas"));
            }
            return Ok(Path::Given(path));
        }
        let word = input.call(Ident::parse_any)?;
        if word == "caller" {
            return Ok(Path::Caller);
        }
        Err(unknown("search path", &word, &["caller"]))
    }
}

impl Parse for Body {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let literal: LitStr = input.parse()?;
        let (text, span) = (dedented(&literal.value()), literal.span());
        let problem = if text.is_empty() {
            "a body is empty".to_owned()
        } else if text.contains('\0') {
            "a body holds a NUL character".to_owned()
        } else if text.contains(QUOTE) {
            format!("a body holds `{QUOTE}`, which ends it")
        } else {
            return Ok(Body { text, span });
        };
        Err(syn::Error::new(span, problem))
    }
}
