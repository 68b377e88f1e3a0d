//! One change: an operation, read, checked against the schema, planned, and applied to it.

mod agreed;
pub(crate) mod allow;
pub(crate) mod background;
pub(crate) mod baseline;
pub(crate) mod clause;
pub(crate) mod direct;

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};

use crate::change::clause::Clause;
use crate::change::direct::Request;
use crate::diag::Errors;
use crate::model::made::Made;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::ops;
use crate::plan::agreement::Agreement;
use crate::plan::footprint::dropped;
use crate::plan::footprint::needed::{Needed, absent};
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::unproved;
use crate::plan::{Mode, Phase, Work};

/// What a change came to.
pub(crate) struct Change {
    pub(crate) operation: String,
    /// Its argument, as it was written.
    pub(crate) subject: String,
    pub(crate) claims: Vec<Claim>,
    /// Migrations whose contract must have run before this one starts.
    pub(crate) requires: Vec<String>,
    pub(crate) plan: Plan,
    /// What rows agree on until its contract.
    pub(crate) agrees: Vec<Agreement>,
    /// What it adds to the tables of the schema.
    pub(crate) made: Made,
    /// What it counts on in the database.
    pub(crate) needed: Needed,
    /// The rules that it silences.
    pub(crate) allowed: Vec<String>,
    /// The word by which it leaves what takes its time to the background.
    pub(crate) background: Option<Span>,
}

impl Change {
    pub(crate) fn allows(&self, rule: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == rule)
    }
}

/// Reads and plans one change from its macro's argument.
pub(crate) type Reader =
    fn(&str, usize, ParseStream, &mut Schema, &mut Errors) -> syn::Result<Change>;

macro_rules! readers {
    ($($name:ident: $operation:ident,)*) => {
        /// What reads and plans the change of each name.
        pub(crate) const READERS: &[(&str, Reader)] =
            &[$((stringify!($name), of_migration::<ops::$name::$operation>),)*];
    };
}
ops::operations!(readers);

/// A change inside a migration: the history tells what it does not say.
pub(crate) fn of_migration<O: Operation>(
    name: &str,
    change: usize,
    input: ParseStream,
    schema: &mut Schema,
    errors: &mut Errors,
) -> syn::Result<Change> {
    let before = errors.count();
    let (start, argument) = (input.span(), input.cursor().token_stream());
    let read = read::<O>(input, errors);
    if read.is_err() || errors.count() > before {
        schema.leave_unread(&argument);
    }
    let Read { operation, subject, direct, allowed, background } = read?;
    let claims = operation.claims();
    let before = errors.count();
    schema.allow(&allowed);
    let facts = operation.check(schema, errors);
    if facts.is_none() {
        schema.leave_unread(&argument);
    }
    // What stands in the way is of interest only where the change makes sense by itself.
    let mut requires = Vec::new();
    if errors.count() == before {
        let others = operation.claims_in(schema);
        let all = claims.iter().chain(&others);
        requires = all.flat_map(|claim| schema.claim(claim, errors)).collect();
    }
    let at = Position { migration: schema.place(), change };
    let plan =
        facts.map(|facts| plan(&operation, name, &facts, direct.as_ref(), schema, at, errors));
    let holds = schema.holds.len();
    let built = schema.built_on_replaced();
    let mut plan = plan.unwrap_or_default();
    if let (Some(word), true) = (background, errors.count() == before) {
        background::leave(name, &mut plan, word, schema, errors);
    }
    if schema.is_baseline {
        if name.starts_with("create_") {
            schema.made_by(&claims);
        }
        baseline::fit(name, &mut plan, &claims, start, schema, errors);
    }
    let (needed, absent) = (Needed::before(&claims, schema), absent(&claims, schema));
    let mut from = schema.found(&claims);
    // The undo of a type that gets more room leaves it so, and then it is no drift.
    if name == "change_type" && !plan.steps.iter().any(|step| step.phase == Phase::Switch) {
        from.clear();
    }
    dropped::complete(&mut plan.steps, schema);
    unproved::look(&mut plan.steps, schema);
    plan.notes.extend(locks_partitions(&plan, schema));
    if plan.is_direct {
        operation.apply_direct(schema);
    } else {
        operation.apply(schema);
    }
    if errors.count() == before {
        requires.extend(schema.keep_built(&built, &claims, errors));
    }
    if errors.count() == before {
        schema.check_effects(&claims, errors);
    }
    if plan.steps.iter().any(|step| step.phase == Phase::Contract) {
        schema.hold_what_was_needed();
    }
    if plan.is_direct || schema.is_baseline {
        // Nothing of it waits for a contract.
        schema.holds.truncate(holds);
    }
    // Of what a baseline makes the runtime finds out whether it is there.
    let needed =
        if schema.is_baseline { Needed::default() } else { needed.and_after(&absent, schema) };
    let agrees = agreed::of(&plan.steps);
    let made = schema.made_from(from);
    let operation = name.to_owned();
    Ok(Change {
        operation,
        subject,
        claims,
        requires,
        plan,
        agrees,
        made,
        needed,
        allowed,
        background,
    })
}

/// Returns what a lock on a partitioned table is besides.
fn locks_partitions(plan: &Plan, schema: &Schema) -> Option<String> {
    let statements = plan.steps.iter().flat_map(|step| match &step.work {
        Work::Transaction(statements) => statements.as_slice(),
        _ => &[],
    });
    let locks = statements.flat_map(|statement| &statement.locks);
    let mut blocking = locks.filter(|lock| lock.mode >= Mode::Share);
    let table = blocking.find(|lock| schema.has_partitions(&lock.table))?;
    Some(format!("a lock on {} is one on each of its partitions", table.table))
}

/// A change on its own: it says itself what no history can tell.
pub(crate) fn alone<O: Operation>(
    name: &str,
    input: TokenStream,
    errors: &mut Errors,
) -> Option<Change> {
    let before = errors.count();
    let parsed = (|input: ParseStream| read::<O>(input, errors)).parse2(input);
    let Read { operation, subject, direct, allowed, background } = match parsed {
        Ok(read) => read,
        Err(error) => {
            // Beside what was reported, `syn` counts every group that an error left half read.
            if errors.count() == before {
                errors.syntax(error);
            }
            return None;
        }
    };
    let mut schema = Schema::default();
    schema.is_assumed = true;
    let before = errors.count();
    operation.assume(&mut schema, errors);
    if errors.count() > before {
        return None;
    }
    let at = Position { migration: 1, change: 1 };
    schema.allow(&allowed);
    let facts = operation.check(&schema, errors)?;
    let mut plan = plan(&operation, name, &facts, direct.as_ref(), &schema, at, errors);
    if let Some(word) = background {
        background::leave(name, &mut plan, word, &schema, errors);
    }
    dropped::complete(&mut plan.steps, &schema);
    let (claims, requires, operation) = (Vec::new(), Vec::new(), name.to_owned());
    let (made, needed) = (Made::default(), Needed::default());
    let agrees = agreed::of(&plan.steps);
    Some(Change {
        operation,
        subject,
        claims,
        requires,
        plan,
        agrees,
        made,
        needed,
        allowed,
        background,
    })
}

/// The direct form where it was asked for, or where no client uses the table yet; else the plan.
fn plan<O: Operation>(
    operation: &O,
    name: &str,
    facts: &O::Facts,
    request: Option<&Request>,
    schema: &Schema,
    at: Position,
    errors: &mut Errors,
) -> Plan {
    let direct = operation.direct(facts);
    if let Some(request) = request.filter(|_| schema.is_baseline) {
        errors
            .at(request.span, "a baseline asks no table how many rows it has")
            .help("leave out `direct(…)`");
    } else if let Some(request) = request {
        let Some(direct) = direct else {
            errors.at(request.span, format_args!("`{name}!` has no direct form")).note(
                "its steps are there for the builds that are live, not for the number of rows",
            );
            return Plan::default();
        };
        return Plan { steps: request.steps(direct), notes: Vec::new(), is_direct: true };
    }
    if let Some(direct) = direct.filter(|direct| schema.is_fresh(&direct.table)) {
        return Plan { steps: direct.steps(), notes: Vec::new(), is_direct: true };
    }
    if let Some((span, reason)) = operation.only_direct(facts) {
        errors
            .at(span, format_args!("`{name}!` has no form that lets clients go on"))
            .help("direct(max_rows = 10_000, reason = \"…\")")
            .note(reason);
    }
    operation.plan(facts, at)
}

/// A change as it was read.
struct Read<O> {
    operation: O,
    subject: String,
    direct: Option<Request>,
    allowed: Vec<String>,
    background: Option<Span>,
}

fn read<O: Operation>(input: ParseStream, errors: &mut Errors) -> syn::Result<Read<O>> {
    let argument = input.cursor().token_stream();
    let subject = as_written(&argument);
    let (mut direct, mut allowed, mut background) = (None, Vec::new(), None);
    let (mut rest, mut last) = (argument, None);
    while let Some((without, clause)) = Clause::take(&rest, "allow") {
        allowed.extend(allow::read(&clause, O::RULES, errors));
        (rest, last) = (without, Some(clause));
    }
    if let Some((without, clause)) = Clause::take(&rest, "direct") {
        direct = Request::read(&clause, errors);
        (rest, last) = (without, Some(clause));
    }
    if let Some((without, clause)) = Clause::take(&rest, "background") {
        background = background::read(&clause, errors);
        (rest, last) = (without, Some(clause));
    }
    let mut whole = |input: ParseStream| {
        let operation = O::parse(input, errors)?;
        if input.is_empty() { Ok(operation) } else { Err(input.error("unexpected token")) }
    };
    let operation = match last {
        None => whole(input)?,
        // Without its clauses the argument is a stream of its own.
        Some(clause) => {
            input.parse::<TokenStream>()?;
            whole.parse2(rest).map_err(|error| clause.at_end(error))?
        }
    };
    Ok(Read { operation, subject, direct, allowed, background })
}

/// The argument on one line.
fn as_written(tokens: &TokenStream) -> String {
    let text = tokens.to_string().replace(" :", ":").replace(" . ", ".");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
