//! `sql!(up = "…", undo = "…", reason = "…")`: what no macro does, in the user's own words.

use proc_macro2::Span;
use syn::LitStr;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::grammar::{Node, Script};
use crate::lint::{self, Takes};
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::{Lock, Phase, Statement, Step};
use crate::syntax::list::{next, options_alone, value};
use crate::syntax::name::TableName;
use crate::syntax::raw::{Locks, RawPhase, Undo};

pub(crate) struct Sql {
    up: LitStr,
    undo: Option<LitStr>,
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
        let undo = Undo::required(undo, phase, up.span(), errors);
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
        let undo = self.undo.as_ref();
        let undo = undo.map(|text| self.statements(text, schema, &locked, errors));
        self.report_unneeded(schema, errors);
        let undo = undo.unwrap_or_default();
        (errors.count() == before).then_some(Facts { up, undo })
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        let step = Step::transaction(self.phase, self.reason.clone(), facts.up.clone());
        let undo = (!facts.undo.is_empty()).then(|| facts.undo.clone());
        Plan::of(vec![match undo {
            Some(undo) => step.undo(undo),
            None => step,
        }])
    }

    fn apply(&self, schema: &mut Schema) {
        let Ok(script) = Script::read(&self.up.value()) else { return };
        script.statements().for_each(|statement| schema.keep(statement));
    }
}

impl Sql {
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
            let locks = self.locks(statement, taken, text.span(), errors);
            let sql = schema.qualified(statement);
            found.push(Statement { locks, ..Statement::free(sql) });
        }
        if script.statements().next().is_none() {
            errors.at(text.span(), "SQL is empty");
        }
        found
    }

    /// Reports what is allowed and does not happen: it would cover a later mistake.
    fn report_unneeded(&self, schema: &Schema, errors: &mut Errors) {
        let texts = [Some(&self.up), self.undo.as_ref()];
        let scripts: Vec<Script> = texts
            .into_iter()
            .flatten()
            .filter_map(|text| Script::read(&text.value()).ok())
            .collect();
        let statements = || scripts.iter().flat_map(Script::statements);
        for name in lint::NAMES.iter().filter(|name| schema.allows(name)) {
            let mut findings = statements().flat_map(lint::findings);
            if !findings.any(|finding| finding.rule.name == *name) {
                errors.at(self.up.span(), format_args!("no statement needs `allow({name})`"));
            }
        }
    }

    fn locks(&self, statement: Node, taken: &[Lock], span: Span, errors: &mut Errors) -> Vec<Lock> {
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

/// Reports each form that a rule refuses and that is not allowed.
fn refuse(statement: Node, schema: &Schema, span: Span, errors: &mut Errors) {
    for finding in lint::findings(statement) {
        let rule = finding.rule;
        let may_be_allowed = rule.can_be_allowed() && !lint::is_concurrent(statement);
        if (may_be_allowed && schema.allows(rule.name)) || schema.is_bounded(statement) {
            continue;
        }
        let error = errors.at(span, format_args!("`{}` {}", rule.words(), finding.does));
        error.help(finding.instead);
        if may_be_allowed {
            let name = rule.name;
            error.note(format_args!("allow({name}, reason = \"…\") where you know better"));
        }
    }
    if let Some(problem) = lint::problem_in_body(statement) {
        errors.at(span, problem);
    }
}

#[cfg(test)]
mod tests;
