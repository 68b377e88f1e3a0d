//! Plans as the runtime's data, as `emit` writes them for the compiler.

use changeover::migration as data;
use changeover::migration::{ConvertFn, converting};

use crate::change::Change;
use crate::migration::Migration;
use crate::migration::baseline::Baseline;
use crate::model::Schema;
use crate::plan::footprint::effect::Effect;
use crate::plan::footprint::known::Known;
use crate::plan::objects::rights::Rights;
use crate::plan::{
    Condition, Convert, Course, Index, Mode, NoRows, NonTransactional, Path, Phase, SizeLimit,
    Statement, Step, Work,
};
use crate::plan::{Dropped, ObjectKind};
use crate::syntax::objects::grant::Kind;
use crate::syntax::tables::column::Column;
use crate::syntax::words::name::TableName;

pub(super) fn migration(id: &str, migration: &Migration) -> &'static data::Migration {
    let ids = |ids: Vec<&str>| slice(ids.into_iter().map(text));
    leak(data::Migration {
        id: text(id),
        parent: migration.parent.as_deref().map(text),
        doc: text(&migration.doc),
        changes: slice(migration.changes.iter().map(change)),
        switches: ids(migration.switches.iter().map(String::as_str).collect()),
        contracts: ids(migration.contracts.iter().map(String::as_str).collect()),
        requires: ids(migration.requires()),
        baseline: migration.baseline.as_ref().map(|it| baseline(it, &migration.schema)),
        before: migration
            .before
            .as_ref()
            .map(|it| leak(data::Whole { schema: texts(&it.statements), names: texts(&it.names) })),
        plan_version: crate::emit::PLAN_VERSION,
        shape: text(&migration.schema.shape()),
    })
}

fn baseline(baseline: &Baseline, schema: &Schema) -> &'static data::Baseline {
    let (creates, made) = baseline.made(schema);
    leak(data::Baseline {
        creates: texts(&creates),
        made: texts(&made),
        older: baseline
            .older
            .as_ref()
            .map(|older| data::OlderTool { tool: older.tool, version: text(&older.version) }),
        // No case squashes.
        squashes: &[],
    })
}

pub(super) fn texts(texts: &[String]) -> &'static [&'static str] {
    slice(texts.iter().map(|one| text(one)))
}

pub(super) fn text(text: &str) -> &'static str {
    text.to_owned().leak()
}

pub(super) fn slice<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    items.into_iter().collect::<Vec<_>>().leak()
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn change(change: &Change) -> data::Change {
    data::Change {
        operation: text(&change.operation),
        subject: text(&change.subject),
        notes: slice(change.plan.notes.iter().map(|note| text(note))),
        columns: slice(change.made.from.iter().map(|(table, column)| known(table, column))),
        needs: slice(change.needed.there.iter().map(dropped)),
        makes: slice(change.needed.free.iter().map(dropped)),
        steps: slice(change.plan.steps.iter().map(step)),
    }
}

fn known(table: &TableName, column: &Column) -> data::KnownColumn {
    let known = Known::of(table, column);
    data::KnownColumn {
        table: text(&known.table),
        name: text(&known.name),
        ty: text(&known.ty),
        not_null: known.not_null,
        default: known.default.as_deref().map(text),
        generated: known.generated,
        identity: known.identity,
        collate: text(&known.collate),
    }
}

fn step(step: &Step) -> data::Step {
    let phase = match step.phase {
        Phase::Expand => data::Phase::Expand,
        Phase::Migrate => data::Phase::Migrate,
        Phase::Switch => data::Phase::Switch,
        Phase::Contract => data::Phase::Contract,
    };
    data::Step {
        phase,
        why: text(&step.why),
        work: work(&step.work),
        course: match step.course {
            Course::Both => data::Course::Both,
            Course::Swap => data::Course::Swap,
            Course::BackOnly => data::Course::BackOnly,
        },
        undo: step.undo.as_ref().map(work),
    }
}

fn dropped(dropped: &Dropped) -> data::Dropped {
    let kind = match dropped.kind {
        ObjectKind::Table => data::ObjectKind::Table,
        ObjectKind::Relation => data::ObjectKind::Relation,
        ObjectKind::Column => data::ObjectKind::Column,
        ObjectKind::Default => data::ObjectKind::Default,
        ObjectKind::NotNull => data::ObjectKind::NotNull,
        ObjectKind::ReplacedKey => data::ObjectKind::ReplacedKey,
        ObjectKind::ReplacedColumn => data::ObjectKind::ReplacedColumn,
        ObjectKind::Constraint => data::ObjectKind::Constraint,
        ObjectKind::Trigger => data::ObjectKind::Trigger,
        ObjectKind::Policy => data::ObjectKind::Policy,
        ObjectKind::Function => data::ObjectKind::Function,
        ObjectKind::Type => data::ObjectKind::Type,
        ObjectKind::Schema => data::ObjectKind::Schema,
        ObjectKind::Extension => data::ObjectKind::Extension,
    };
    data::Dropped {
        kind,
        name: text(&dropped.name),
        part: text(&dropped.part),
        with: slice(dropped.with.iter().map(|name| text(name))),
    }
}

fn work(work: &Work) -> data::Work {
    match work {
        Work::Transaction(of) => data::Work::Transaction(slice(of.iter().map(statement))),
        Work::BuildIndex(of) => data::Work::BuildIndex(index(of)),
        Work::DropIndex(of) => data::Work::DropIndex(index(of)),
        Work::Backfill(fill) => data::Work::Backfill(data::Backfill {
            table: text(&fill.table),
            set: text(&fill.assignments()),
            pending: text(&fill.pending),
        }),
        Work::Convert(of) => data::Work::Convert(convert(of)),
        Work::NoRows(NoRows { table, violation, problem, help }) => {
            data::Work::NoRows(data::NoRows {
                table: text(table),
                violation: text(violation),
                problem: text(problem),
                help: text(help),
            })
        }
        Work::NonTransactional(NonTransactional { statement: of, done, mend }) => {
            data::Work::NonTransactional(data::NonTransactional {
                statement: leak(statement(of)),
                done: done.as_deref().map(text),
                mend: slice(mend.iter().map(|mend| data::Cleanup {
                    when: text(&mend.when),
                    statement: statement(&mend.statement),
                })),
            })
        }
        Work::SizeLimit(SizeLimit { table, max_rows, reason }) => {
            data::Work::SizeLimit(data::SizeLimit {
                table: text(table),
                max_rows: *max_rows,
                reason: text(reason),
            })
        }
    }
}

/// With a function that gives back what it is given: the user's own is a path to the compiler.
fn convert(convert: &Convert) -> data::Convert {
    data::Convert {
        table: text(&convert.table),
        key: texts(&convert.key),
        read: texts(&convert.read),
        write: texts(&convert.write),
        pending: text(&convert.pending),
        function: ConvertFn::new("same", |rows| {
            converting(rows, async |rows: Vec<String>| Ok::<_, String>(rows))
        }),
    }
}

fn index(index: &Index) -> data::Index {
    data::Index {
        name: text(&index.name),
        table: text(&index.table),
        unique: index.unique,
        definition: text(&index.definition),
        create: leak(statement(&index.create)),
        drop: leak(statement(&index.drop)),
        analyze: index.analyze.as_ref().map(|of| leak(statement(of))),
    }
}

fn statement(statement: &Statement) -> data::Statement {
    let locks = statement.locks.iter().map(|lock| {
        let mode = match lock.mode {
            Mode::AccessShare => data::LockMode::AccessShare,
            Mode::RowShare => data::LockMode::RowShare,
            Mode::RowExclusive => data::LockMode::RowExclusive,
            Mode::ShareUpdateExclusive => data::LockMode::ShareUpdateExclusive,
            Mode::Share => data::LockMode::Share,
            Mode::ShareRowExclusive => data::LockMode::ShareRowExclusive,
            Mode::Exclusive => data::LockMode::Exclusive,
            Mode::AccessExclusive => data::LockMode::AccessExclusive,
        };
        data::TableLock { table: text(&lock.table), mode }
    });
    data::Statement {
        sql: text(&statement.sql),
        locks: slice(locks),
        effects: slice(effects(statement)),
        reads_rows: statement.reads_rows,
        path: match statement.path {
            Path::Own => data::Path::Own,
            Path::Users => data::Path::Users,
        },
        only_if: statement.only_if.as_ref().map(condition),
        rights: statement.rights.as_ref().map(rights),
        why: text(&statement.why),
    }
}

fn effects(statement: &Statement) -> impl Iterator<Item = data::Effect> {
    statement.effects.iter().map(|effect| match effect {
        Effect::Makes(name) => data::Effect::Makes(text(name)),
        Effect::IfThere(name) => data::Effect::IfThere(text(name)),
        Effect::Unknown => data::Effect::Unknown,
        Effect::Alters(table) => data::Effect::Alters(text(table)),
        Effect::AddsColumn { table, has_default } => {
            data::Effect::AddsColumn { table: text(table), has_default: *has_default }
        }
        Effect::Renames(table) => data::Effect::Renames(text(table)),
        Effect::MakesInDatabase => data::Effect::MakesInDatabase,
        Effect::Identifies => data::Effect::Identifies,
        Effect::Removes { object, if_there } => {
            data::Effect::Removes { object: dropped(object), if_there: *if_there }
        }
        Effect::Takes(object) => data::Effect::Takes(dropped(object)),
        Effect::ChangesPart { table, part } => {
            data::Effect::ChangesPart { table: text(table), part: text(part) }
        }
        Effect::ChangesSettings(name) => data::Effect::ChangesSettings(text(name)),
        Effect::Changes(name) => data::Effect::Changes(text(name)),
    })
}

fn rights(rights: &Rights) -> &'static data::Rights {
    let Rights { on, name, types, privileges, roles, given } = rights;
    let privileges = privileges.iter().map(|(word, column)| (*word, text(column)));
    leak(data::Rights {
        on: match on {
            Kind::Table => data::RightsOn::Table,
            Kind::Sequence => data::RightsOn::Sequence,
            Kind::Function => data::RightsOn::Function,
            Kind::Schema => data::RightsOn::Schema,
        },
        name: text(name),
        types: slice(types.iter().map(|ty| text(ty))),
        privileges: slice(privileges),
        roles: slice(roles.iter().map(|role| text(role))),
        given: *given,
    })
}

fn condition(condition: &Condition) -> &'static data::Condition {
    let (query, when) = (text(&condition.query), text(&condition.when));
    Box::leak(Box::new(data::Condition { query, when }))
}
