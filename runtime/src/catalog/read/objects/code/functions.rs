//! Functions: `create_function!`, and procedures, which no macro makes.

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::read::kind::Kind;
use crate::catalog::read::objects::words::{array, expression, raw, type_text};
use crate::catalog::said;
use crate::session::executor::{Row, Rows};

pub(super) const KIND: Kind = Kind { sql: include_str!("functions.sql"), say };

/// The places of a row's columns behind its name with the types.
mod column {
    pub(super) const NAME: usize = 4;
    pub(super) const LANGUAGE: usize = 5;
    pub(super) const MODES: usize = 6;
    pub(super) const NAMES: usize = 7;
    pub(super) const TYPES: usize = 8;
    pub(super) const MARKS: usize = 9;
    pub(super) const DEFAULTS: usize = 10;
    pub(super) const IS_SET: usize = 11;
    pub(super) const VOLATILITY: usize = 12;
    pub(super) const FLAGS: [(usize, &str); 3] =
        [(13, "strict"), (DEFINER, "security_definer"), (15, "parallel_safe")];
    pub(super) const DEFINER: usize = 14;
    pub(super) const SETTINGS: usize = 16;
    pub(super) const SOURCE: usize = 17;
    pub(super) const STANDARD_BODY: usize = 18;
    pub(super) const IS_PLAIN: usize = 19;
    pub(super) const STATEMENT: usize = 20;
    pub(super) const REASON: usize = 21;
}

/// What the macro sets where nothing is said: for a function with its owner's rights, and for others.
const CLOSED_PATH: &str = "pg_catalog, pg_temp";
const OPEN_PATH: &str = "pg_catalog, public, pg_temp";

/// An argument, or what is returned.
struct Argument {
    mode: String,
    name: String,
    ty: String,
    /// The type as the server says it.
    formatted: String,
    default: Option<String>,
}

fn say(rows: &Rows, found: &mut Vec<Declaration>) {
    found.extend(rows.iter().map(|row| {
        let text = text(&row);
        Declaration {
            kind: DeclaredKind::Function,
            id: raw::id(&row),
            name: raw::name(&row),
            on: None,
            text: text
                .unwrap_or_else(|| raw::sql(row.text(column::STATEMENT), row.text(column::REASON))),
            unsaid: None,
        }
    }));
}

fn text(row: &Row) -> Option<String> {
    let name =
        QualifiedName { schema: row.text(2).to_owned(), name: row.text(column::NAME).to_owned() };
    let language = row.text(column::LANGUAGE);
    let fits = [name.schema.as_str(), &name.name, language].into_iter().all(said::fits);
    if !row.is_true(column::IS_PLAIN) || !fits {
        return None;
    }
    let mut arguments = arguments(row);
    let result = arguments.pop()?;
    let (table, inputs): (Vec<_>, Vec<_>) = arguments.iter().partition(|one| one.mode == "t");
    let returns = returns(row, &result, &table, &inputs)?;
    let body = match row.get(column::STANDARD_BODY) {
        Some(body) => body.to_owned(),
        None => row.text(column::SOURCE).to_owned(),
    };
    if !is_body(&body, row.get(column::STANDARD_BODY).is_some(), language) {
        return None;
    }
    let mut options = vec![format!("language = {}", said::name(language))];
    options.extend(row.get(column::VOLATILITY).map(str::to_owned));
    let flags = column::FLAGS.iter().filter(|(at, _)| row.is_true(*at));
    options.extend(flags.map(|(_, word)| (*word).to_owned()));
    options.extend(Some(search_path(row)?).filter(|path| !path.is_empty()));
    let (head, options) = (said::qualified(&name), options.join(", "));
    let (inputs, body) = (list(&inputs)?, said::text(&body));
    Some(format!("create_function!({head}({inputs}){returns}, {options},\n    body = {body});"))
}

fn arguments(row: &Row) -> Vec<Argument> {
    let texts = |at: usize| array::texts(row.text(at));
    let (modes, names, marks) = (texts(column::MODES), texts(column::NAMES), texts(column::MARKS));
    let defaults = array::elements(row.text(column::DEFAULTS));
    let types = texts(column::TYPES).into_iter().zip(marks);
    let all = modes.into_iter().zip(names).zip(types).zip(defaults);
    let argument =
        |(((mode, name), (formatted, mark)), default): (((_, _), (String, String)), _)| Argument {
            mode,
            name,
            ty: type_text::said(&formatted, &mark),
            formatted,
            default,
        };
    all.map(argument).collect()
}

/// ` returns numeric`, or nothing where the arguments say it.
fn returns(
    row: &Row,
    result: &Argument,
    table: &[&Argument],
    inputs: &[&Argument],
) -> Option<String> {
    const WORDS: [&str; 4] = ["event_trigger", "record", "trigger", "void"];
    if !table.is_empty() {
        return Some(format!(" returns table({})", list(table)?));
    }
    let is_set = row.is_true(column::IS_SET);
    let is_word = WORDS.contains(&result.formatted.as_str());
    let ty = if is_word { &result.formatted } else { &result.ty };
    let gives_back = inputs.iter().any(|one| ["o", "b"].contains(&one.mode.as_str()));
    match (is_set, gives_back) {
        (false, true) => Some(String::new()),
        (false, false) => Some(format!(" returns {ty}")),
        // Of the words a set is of these alone.
        (true, _) if is_word && !["record", "void"].contains(&result.formatted.as_str()) => None,
        (true, _) => Some(format!(" returns setof {ty}")),
    }
}

fn list(arguments: &[&Argument]) -> Option<String> {
    let one = |argument: &&Argument| {
        let mode = match argument.mode.as_str() {
            "o" => "out ",
            "b" => "inout ",
            "v" => "variadic ",
            _ => "",
        };
        let name = match argument.name.as_str() {
            "" => String::new(),
            name => said::fits(name).then(|| format!("{}: ", said::name(name)))?,
        };
        let default = match &argument.default {
            Some(default) => format!(" default {}", value(&argument.formatted, default)?),
            None => String::new(),
        };
        Some(format!("{mode}{name}{}{default}", argument.ty))
    };
    let all: Option<Vec<String>> = arguments.iter().map(one).collect();
    all.map(|all| all.join(", "))
}

/// A default as a literal where it is one, or as SQL.
fn value(ty: &str, default: &str) -> Option<String> {
    let is_digits = !default.is_empty() && default.chars().all(|c| c.is_ascii_digit());
    match ty {
        "smallint" | "integer" | "bigint" if is_digits => return Some(default.to_owned()),
        "boolean" if ["true", "false"].contains(&default) => return Some(default.to_owned()),
        "text" => {
            let inside = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix("'::text"));
            if let Some(inside) = inside.filter(|inside| !inside.contains('\'')) {
                return Some(said::text(inside));
            }
        }
        _ => {}
    }
    Some(format!("sql({})", said::text(&expression::value(default)?)))
}

/// Tells whether the macro takes it as what it is.
fn is_body(body: &str, is_standard: bool, language: &str) -> bool {
    const QUOTE: &str = "$changeover$";
    let ends_early = format!("{body}{QUOTE}").find(QUOTE).is_some_and(|at| at < body.len());
    let mut words = body.split_whitespace().map(str::to_lowercase);
    let looks_standard = match words.next().as_deref() {
        Some("begin") => words.next().as_deref() == Some("atomic"),
        Some(word) => word.split(|c: char| !c.is_alphanumeric()).next() == Some("return"),
        None => return false,
    };
    !ends_early && (language != "sql" || looks_standard == is_standard)
}

/// `search_path = …`, nothing where it is as the macro sets it; none where the macro cannot set it,
/// or anything else is set.
fn search_path(row: &Row) -> Option<String> {
    let settings = array::texts(row.text(column::SETTINGS));
    let is_definer = row.is_true(column::DEFINER);
    let path = match settings.as_slice() {
        [] => return Some("search_path = caller".to_owned()),
        [one] => one.strip_prefix("search_path=")?,
        _ => return None,
    };
    if path == if is_definer { CLOSED_PATH } else { OPEN_PATH } {
        return Some(String::new());
    }
    let is_standard = row.get(column::STANDARD_BODY).is_some();
    if is_standard || path.contains([';', '\'', '$', '(', '"']) || path.trim().is_empty() {
        return None;
    }
    let given = match path.strip_suffix(", pg_temp") {
        Some(rest) if !rest.contains("pg_temp") => rest,
        _ if path.contains("pg_temp") => path,
        _ => return None,
    };
    Some(format!("search_path = {}", said::text(given)))
}
