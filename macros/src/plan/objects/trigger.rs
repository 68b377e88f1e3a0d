//! Triggers as SQL. Creating one blocks writes, dropping one reads too, both for an instant
//! (catalog I1).

use crate::model::Kind;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::triggers::your_triggers::{self, Place};
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Statement};
use crate::syntax::objects::trigger::{Each, Event, Trigger};
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{Name, TableName};

/// The trigger as the model keeps it.
pub(crate) fn entity(trigger: &Trigger) -> Entity {
    Entity {
        kind: Kind::Trigger,
        name: TableName { schema: None, name: trigger.name.clone() },
        on: Some(trigger.table.clone()),
        create: vec![create_sql(trigger)],
        definition: Definition::Trigger { columns: trigger.columns().map(Name::quoted).collect() },
    }
}

fn create_sql(trigger: &Trigger) -> String {
    let events: Vec<String> = trigger.events.iter().map(event).collect();
    let (name, table, timing) = (trigger.name.quoted(), trigger.table.quoted(), trigger.timing);
    let mut clauses =
        vec![format!("create trigger {name} {timing} {} on {table}", events.join(" or "))];
    let transition = [("old", &trigger.old_table), ("new", &trigger.new_table)];
    let tables: Vec<String> = transition
        .iter()
        .filter_map(|(which, name)| Some(format!(" {which} table as {}", name.as_ref()?.quoted())))
        .collect();
    if !tables.is_empty() {
        clauses.push(format!("\n  referencing{}", tables.concat()));
    }
    let each = if trigger.each == Each::Row { "row" } else { "statement" };
    clauses.push(format!("\n  for each {each}"));
    clauses.extend(trigger.when.as_ref().map(|when| format!(" when ({})", when.text)));
    let arguments: Vec<String> =
        trigger.arguments.iter().map(|argument| literal(&argument.value())).collect();
    let function = trigger.function.quoted();
    clauses.push(format!("\n  execute function {function}({})", arguments.join(", ")));
    clauses.concat()
}

fn event(event: &Event) -> String {
    if event.columns.is_empty() {
        return event.word.to_owned();
    }
    let columns: Vec<String> = event.columns.iter().map(Name::quoted).collect();
    format!("{} of {}", event.word, columns.join(", "))
}

/// Tells whether it fires on every update, also on one that changes nothing.
pub(crate) fn fires_on_any_update(entity: &Entity) -> bool {
    let is_any = |sql: &String| {
        let named = format!("create trigger {} ", entity.name.name.quoted());
        let (head, rest) = sql.strip_prefix(&named)?.split_once(" on ")?;
        let words: Vec<&str> = rest.split_whitespace().collect();
        let asks = words.join(" ").to_lowercase().contains("old.* is distinct from new.*");
        let mut events = head.split(" or ");
        Some(!asks && events.any(|event| event == "update" || event.ends_with(" update")))
    };
    entity.create.iter().any(|sql| is_any(sql).unwrap_or_default())
}

pub(crate) fn create(entity: &Entity) -> Vec<Statement> {
    locking(entity, &entity.create, Mode::ShareRowExclusive)
}

/// Returns what a trigger needs on a table where columns are kept equal to others: each new column
/// with the old one.
pub(crate) fn beside_sync(trigger: &Trigger, kept_equal: &[(Name, Name)]) -> Vec<Statement> {
    let mut statements = Vec::new();
    let sees_rows = trigger.each == Each::Row && trigger.timing == "before";
    if sees_rows && !kept_equal.is_empty() {
        statements.push(your_triggers::sync_first(&trigger.table));
    }
    for (new, old) in kept_equal.iter().filter(|(new, _)| trigger.columns().any(|it| it == new)) {
        statements.push(your_triggers::widen(&trigger.table, &[new], Place::Before, &[old]));
    }
    statements
}

pub(crate) fn replace(entity: &Entity) -> Vec<Statement> {
    locking(entity, &entity.or_replace(), Mode::ShareRowExclusive)
}

pub(crate) fn drop(entity: &Entity) -> Vec<Statement> {
    let (Some(table), name) = (&entity.on, &entity.name.name) else { return Vec::new() };
    let sql = format!("drop trigger {} on {}", name.quoted(), table.quoted());
    let dropped = Dropped::part(ObjectKind::Trigger, table, &name.text);
    vec![Statement::locking(sql, table, Mode::AccessExclusive).drops(dropped)]
}

fn locking(entity: &Entity, statements: &[String], mode: Mode) -> Vec<Statement> {
    let Some(table) = &entity.on else { return Vec::new() };
    let name = &entity.name.name.text;
    let lock = |sql| Statement::locking(sql, table, mode).changing_part(table, name);
    statements.iter().map(lock).collect()
}
