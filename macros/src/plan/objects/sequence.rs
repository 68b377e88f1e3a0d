//! Sequences as SQL.

use syn::parse::{ParseStream, Parser};

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::{Mode, NoRows, Statement};
use crate::syntax::objects::sequence::{Number, Owner, Sequence};
use crate::syntax::words::name::TableName;

/// A sequence of the schema. Its options are kept as they are written in a macro.
pub(crate) fn entity(name: &TableName, options: &Sequence) -> Entity {
    let mut create = vec![format!("create sequence {}{}", name.quoted(), clauses(options))];
    if let Some(Owner::Column(_)) = &options.owner {
        let owner = Sequence { owner: options.owner.clone(), ..Sequence::default() };
        create.push(alter(name, &owner).sql);
    }
    let definition = Definition::Sequence { options: options.to_string() };
    Entity { kind: Kind::Sequence, name: name.clone(), on: None, create, definition }
}

/// The options that a sequence of the schema has; they were checked when it was made.
pub(crate) fn options(entity: &Entity) -> Sequence {
    let Definition::Sequence { options: text } = &entity.definition else {
        return Sequence::default();
    };
    let mut errors = Errors::new();
    let read = (|input: ParseStream| Ok(Sequence::parse(input, &mut errors))).parse_str(text);
    errors.compile_errors();
    read.unwrap_or_default()
}

/// What helps where a sequence has left the bounds that it had.
pub(crate) const NO_WAY_BACK: &str = "keep the migration as it is: a sequence does not go back";

/// Asked before the bounds of a sequence are narrowed again: PostgreSQL takes none that leave its
/// value out.
pub(crate) fn within(name: &TableName, was: &Sequence) -> NoRows {
    NoRows {
        table: name.quoted(),
        violation: format!("last_value < {} or last_value > {}", was.least(), was.most()),
        problem: "have a value beyond the former bounds".into(),
        help: NO_WAY_BACK.into(),
    }
}

/// Keeps clients from the sequence until the commit (catalog J), and no table.
pub(crate) fn alter(name: &TableName, options: &Sequence) -> Statement {
    let restart = number(" restart with", options.restart);
    let owner = options.owner.as_ref().map(owned_by).unwrap_or_default();
    let sql = format!("alter sequence {}{}{restart}{owner}", name.quoted(), clauses(options));
    Statement::locking(sql, name, Mode::ShareRowExclusive).changing_settings(name.quoted())
}

/// Returns what gives each option that a change names its value from before.
pub(crate) fn restore(name: &TableName, was: &Sequence, change: &Sequence) -> Statement {
    let back = Sequence {
        ty: change.ty.and(was.ty),
        increment: change.increment.and(was.increment),
        min: change.min.and(was.min),
        max: change.max.and(was.max),
        start: change.start.map(|_| was.first()),
        restart: None,
        cache: change.cache.and(was.cache),
        cycle: change.cycle.map(|_| was.cycle.unwrap_or(false)),
        owner: change.owner.as_ref().map(|_| was.owner.clone().unwrap_or(Owner::None)),
    };
    // What was not said is as PostgreSQL has it.
    let unsaid = [
        (change.ty.is_some() && was.ty.is_none(), " as bigint"),
        (change.increment.is_some() && was.increment.is_none(), " increment by 1"),
        (change.min.is_some() && was.min.is_none(), " no minvalue"),
        (change.max.is_some() && was.max.is_none(), " no maxvalue"),
        (change.cache.is_some() && was.cache.is_none(), " cache 1"),
    ];
    let unsaid: String = unsaid.iter().filter(|(is, _)| *is).map(|(_, clause)| *clause).collect();
    let owner = back.owner.as_ref().map(owned_by).unwrap_or_default();
    let sql = format!("alter sequence {}{}{unsaid}{owner}", name.quoted(), clauses(&back));
    Statement::locking(sql, name, Mode::ShareRowExclusive).changing_settings(name.quoted())
}

fn clauses(options: &Sequence) -> String {
    let ty = options.ty.map(|ty| format!(" as {ty}")).unwrap_or_default();
    let cycle = match options.cycle {
        Some(true) => " cycle",
        Some(false) => " no cycle",
        None => "",
    };
    [
        ty,
        number(" increment by", options.increment),
        number(" minvalue", options.min),
        number(" maxvalue", options.max),
        number(" start with", options.start),
        number(" cache", options.cache),
        cycle.to_owned(),
    ]
    .concat()
}

fn number(clause: &str, number: Option<Number>) -> String {
    number.map(|number| format!("{clause} {}", number.value)).unwrap_or_default()
}

fn owned_by(owner: &Owner) -> String {
    match owner {
        Owner::None => " owned by none".to_owned(),
        Owner::Column(column) => {
            format!(" owned by {}.{}", column.table.quoted(), column.name.quoted())
        }
    }
}
