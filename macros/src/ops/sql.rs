//! `sql!(up = "…", undo = "…", reason = "…")`: what no macro does, in the user's own words.

mod effects;

use proc_macro2::Span;
use syn::LitStr;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::grammar::{Node, Script};
use crate::lint::{self, Takes};
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Lock, Phase, Statement, Step};
use crate::syntax::words::list::{next, options_alone, value};
use crate::syntax::words::name::TableName;
use crate::syntax::words::raw::{Locks, RawPhase, Undo};

pub(crate) struct Sql {
    up: LitStr,
    undo: Option<Undo>,
    phase: Phase,
    reason: String,
    locks: Option<Locks>,
}

/// The statements of each way, ready to run.
pub(crate) struct Facts {
    up: Vec<Statement>,
    undo: Vec<Statement>,
}

impl Operation for Sql {
    type Facts = Facts;

    const RULES: &'static [&'static str] = &lint::NAMES;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let start = input.span();
        let (mut up, mut undo, mut phase) = (None, None, None::<RawPhase>);
        let (mut reason, mut locks) = (None::<LitStr>, None);
        options_alone(
            input,
            errors,
            &mut [
                ("up", &mut value(&mut up)),
                ("undo", &mut value(&mut undo)),
                ("phase", &mut value(&mut phase)),
                ("reason", &mut value(&mut reason)),
                ("locks", &mut next(&mut locks)),
            ],
        );
        let missing = |what: &str, help: &str| {
            syn::Error::new(start, format!("`sql!` does not say {what}\nhelp: {help}"))
        };
        let up: LitStr = up.ok_or_else(|| missing("what to do", "up = \"…\""))?;
        let reason = reason.ok_or_else(|| missing("why no macro does it", "reason = \"…\""))?;
        let phase = phase.map_or(Phase::Expand, |phase| phase.0);
        Ok(Sql { up, undo, phase, reason: reason.value(), locks })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let before = errors.count();
        if let Some(locks) = &self.locks {
            for table in locks.tables() {
                schema.relation_exists(table, errors);
            }
        }
        let up = self.statements(&self.up, schema, &[], errors);
        let locked: Vec<Lock> = up.iter().flat_map(|statement| statement.locks.clone()).collect();
        let undo = self.undo(schema, errors);
        let undo = undo.map(|text| self.statements(text, schema, &locked, errors));
        self.report_unneeded(schema, errors);
        let undo = undo.unwrap_or_default();
        (errors.count() == before).then_some(Facts { up, undo })
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        let step = Step::transaction(self.phase, self.reason.clone(), facts.up.clone());
        let undo = (!facts.undo.is_empty()).then(|| facts.undo.clone());
        let step = match undo {
            Some(undo) => step.undo(undo),
            None => step,
        };
        let makes = Script::read(&self.up.value()).is_ok_and(|script| {
            script.statements().flat_map(lint::findings).any(|finding| finding.rule.makes())
        });
        Plan::noting(vec![step], makes.then(|| UNSEEN.to_owned()).into_iter().collect())
    }

    fn apply(&self, schema: &mut Schema) {
        let Ok(script) = Script::read(&self.up.value()) else { return };
        script.statements().for_each(|statement| schema.keep(statement));
    }
}

impl Sql {
    /// Returns what takes it back; what a baseline makes was there, and stays.
    fn undo(&self, schema: &Schema, errors: &mut Errors) -> Option<&LitStr> {
        if !schema.is_baseline {
            return Undo::required(self.undo.as_ref(), self.phase, self.up.span(), errors);
        }
        if self.phase != Phase::Expand {
            errors
                .at(self.up.span(), "a baseline makes everything at once, in Expand")
                .help("leave `phase` out, or a migration of its own behind this one");
        }
        None
    }

    /// The statements of a text, judged; `taken` are the locks of what they take back.
    fn statements(
        &self,
        text: &LitStr,
        schema: &Schema,
        taken: &[Lock],
        errors: &mut Errors,
    ) -> Vec<Statement> {
        let script = match Script::read(&text.value()) {
            Ok(script) => script,
            Err(problem) => {
                errors.at(text.span(), lint::without_grammar(&text.value()).unwrap_or(problem));
                return Vec::new();
            }
        };
        let made: Vec<TableName> = script.statements().filter_map(lint::made_relation).collect();
        let mut found = Vec::new();
        for statement in script.statements() {
            let before = errors.count();
            refuse(statement, schema, text.span(), errors);
            if errors.count() > before {
                continue;
            }
            schema.names_exist(statement, &made, text.span(), errors);
            let locks = self.locks(statement, taken, schema, text.span(), errors);
            let sql = schema.qualified(statement);
            let reads_rows = !lint::is_of_catalogs(statement);
            let effects = effects::effects(statement, &locks);
            found.push(Statement { locks, effects, reads_rows, ..Statement::free(sql) });
        }
        if script.statements().next().is_none() {
            errors.at(text.span(), "SQL is empty");
        }
        found
    }

    /// Reports what is allowed and does not happen: it would cover a later mistake.
    fn report_unneeded(&self, schema: &Schema, errors: &mut Errors) {
        let undo = match &self.undo {
            Some(Undo::Sql(text)) => Some(text),
            Some(Undo::None) | None => None,
        };
        let texts = [Some(&self.up), undo];
        let scripts: Vec<Script> = texts
            .into_iter()
            .flatten()
            .filter_map(|text| Script::read(&text.value()).ok())
            .collect();
        let statements = || scripts.iter().flat_map(Script::statements);
        for name in lint::NAMES.iter().filter(|name| schema.is_silenced(name)) {
            let mut findings = statements().flat_map(lint::findings);
            if !findings.any(|finding| finding.rule.name == *name) {
                errors.at(self.up.span(), format_args!("no statement needs `allow({name})`"));
            }
        }
    }

    fn locks(
        &self,
        statement: Node,
        taken: &[Lock],
        schema: &Schema,
        span: Span,
        errors: &mut Errors,
    ) -> Vec<Lock> {
        if let Some(stated) = &self.locks {
            return stated.all();
        }
        let tables = lint::tables(statement);
        match lint::takes(statement) {
            Takes::Nothing => Vec::new(),
            Takes::Tables(mode) => {
                tables.iter().map(|table| Lock { table: table.quoted(), mode }).collect()
            }
            // It names no table, and takes back what did.
            Takes::Unknown if tables.is_empty() && !taken.is_empty() => taken.to_vec(),
            // Where it is run at all, nothing else uses the database yet.
            Takes::Unknown if schema.is_baseline => Vec::new(),
            Takes::Unknown => {
                let words: Vec<&str> = statement.text().split_whitespace().take(2).collect();
                errors
                    .at(span, format_args!("it is not known what `{}` locks", words.join(" ")))
                    .help("locks(users = access_exclusive), or locks() if it locks no table");
                Vec::new()
            }
        }
    }
}

/// What follows from making by hand what a macro makes.
const UNSEEN: &str = "the history does not know what `sql!` makes: no later change can name it, and none is checked against it";

/// Reports each form that a rule refuses and that is not allowed.
fn refuse(statement: Node, schema: &Schema, span: Span, errors: &mut Errors) {
    for finding in lint::findings(statement) {
        let rule = finding.rule;
        let may_be_allowed = rule.can_be_allowed() && !lint::is_concurrent(statement);
        let is_allowed =
            schema.is_silenced(rule.name) || (schema.is_baseline && !rule.changes_what_is_there());
        if (may_be_allowed && is_allowed) || schema.is_bounded(finding.statement) {
            continue;
        }
        let error = errors.at(span, format_args!("`{}` {}", rule.words(), finding.does));
        error.help(finding.instead);
        if may_be_allowed {
            let name = rule.name;
            error.note(format_args!("allow({name}, reason = \"…\") where you know better"));
            if rule.makes() {
                error.note(UNSEEN);
            }
        }
    }
    if let Some((object, instead)) = schema.modelled(statement) {
        errors
            .at(span, format_args!("{object} is of the history, which would not know of this"))
            .help(instead);
    }
    if let Some(problem) = lint::problem_in_body(statement) {
        errors.at(span, problem);
    }
}

#[cfg(test)]
mod tests;
