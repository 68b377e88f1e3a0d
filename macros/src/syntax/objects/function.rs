//! Functions, `total_of(customer: bigint) returns numeric, language = sql, stable, body = "…"`:
//! what `create_function!` and `replace_function!` take.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

use crate::diag::Errors;
use crate::grammar::{Script, is_standard_body, problem_of_plpgsql, problem_of_standard_body};
use crate::syntax::objects::argument::{Argument, Mode, parse_arguments};
use crate::syntax::values::types::Type;
use crate::syntax::words::list::{flag, keyword, options, unknown, value};
use crate::syntax::words::name::{Name, TableName};

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
    /// Whether it runs with its owner's rights.
    pub(crate) definer: Option<Span>,
    pub(crate) path: Path,
    pub(crate) body: Body,
}

/// What a function gives back.
pub(crate) enum Returns {
    /// Its `out` arguments alone say it.
    Arguments,
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
    /// Nothing but PostgreSQL's own.
    Nothing,
    Given(LitStr),
    /// What it means to the caller.
    Caller,
}

/// The text of a function, byte for byte. The only reader of bodies.
pub(crate) struct Body {
    pub(crate) text: String,
    /// Whether PostgreSQL reads it when the function is made: `return …`, `begin atomic … end`.
    pub(crate) is_standard: bool,
    pub(crate) span: Span,
}

const WORDS: [&str; 4] = ["event_trigger", "record", "trigger", "void"];
const SETS: [(&str, &str); 2] = [("record", "setof record"), ("void", "setof void")];

impl Function {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: TableName = input.parse()?;
        let arguments = parse_arguments(input, errors)?;
        let gives_arguments = arguments.iter().any(|argument| argument.mode.is_given_back());
        let returns = if gives_arguments && (input.is_empty() || input.peek(Token![,])) {
            Returns::Arguments
        } else {
            keyword("returns", &format!("{name}(…) returns text, …"), input)?;
            Returns::parse(input, errors)?
        };
        let mut read = Options::default();
        read.parse(input, errors);
        read.check(&name, errors);
        read.check_body(errors);
        let language = read.language.take().unwrap_or_else(|| Name::new("sql"));
        let none = Body { text: String::new(), is_standard: false, span: name.span() };
        let mut body = read.body.take().unwrap_or(none);
        body.is_standard &= language.text == "sql";
        let function = Function {
            name,
            arguments,
            returns,
            language,
            attributes: read.attributes(),
            definer: read.definer,
            path: read.path.unwrap_or(if read.definer.is_some() {
                Path::Nothing
            } else {
                Path::Public
            }),
            body,
        };
        Ok(function)
    }

    /// The types that tell it from others of its name, as SQL.
    pub(crate) fn signature(&self) -> String {
        signature(self.inputs().map(|argument| &argument.ty))
    }

    /// The arguments that a call gives.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| argument.mode != Mode::Out)
    }

    /// Every type that it names.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        let (value, table) = match &self.returns {
            Returns::Value(ty) | Returns::Set(ty) => (Some(ty), [].as_slice()),
            Returns::Table(columns) => (None, columns.as_slice()),
            Returns::Word(_) | Returns::Arguments => (None, [].as_slice()),
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
            let ahead: Ident = input.fork().call(Ident::parse_any)?;
            if let Some((_, words)) = SETS.into_iter().find(|(word, _)| ahead == word) {
                input.call(Ident::parse_any)?;
                return Ok(Returns::Word(words));
            }
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
    }

    fn check_body(&self, errors: &mut Errors) {
        let (Some(language), Some(body)) = (&self.language, &self.body) else { return };
        let problem = match language.text.as_str() {
            "sql" if body.is_standard => problem_of_standard_body(&body.text),
            "sql" => Script::read(&body.text).err(),
            "plpgsql" => problem_of_plpgsql(&body.text),
            _ => None,
        };
        if let Some(problem) = problem {
            errors.at(body.span, problem);
        }
        if let ("sql", true, Some(Path::Given(path))) =
            (language.text.as_str(), body.is_standard, &self.path)
        {
            errors
                .at(path.span(), "the names of this body are looked up once, in `public`")
                .help("names with their schema, and no `search_path`")
                .note(
                    "PostgreSQL reads `return …` and `begin atomic …` when it makes the function",
                );
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
        let (text, span) = (literal.value(), literal.span());
        // Its last character may be the first of the quote's.
        let ends_early = format!("{text}{QUOTE}").find(QUOTE).is_some_and(|at| at < text.len());
        let problem = if text.trim().is_empty() {
            "a body is empty".to_owned()
        } else if text.contains('\0') {
            "a body holds a NUL character".to_owned()
        } else if ends_early {
            format!("a body holds `{QUOTE}`, which ends it")
        } else {
            let is_standard = is_standard_body(&text);
            return Ok(Body { text, is_standard, span });
        };
        Err(syn::Error::new(span, problem))
    }
}
