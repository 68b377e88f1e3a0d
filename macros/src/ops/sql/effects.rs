//! What a statement of `sql!` does, as far as its text tells.

use crate::grammar::{Kind as Form, Node};
use crate::lint::{self, Takes};
use crate::plan::Lock;
use crate::plan::footprint::effect::Effect;
use crate::syntax::words::name::TableName;

/// The actions of an `alter table` that a table's children would have to follow.
const REACHING: [(Form, Form); 5] = [
    (Form::ALTER_TABLE, Form::ADD_COLUMN),
    (Form::ALTER_TABLE, Form::DROP_COLUMN),
    (Form::ALTER_COLUMN, Form::SET_TYPE),
    (Form::ALTER_COLUMN, Form::SET_NOT_NULL),
    (Form::ALTER_COLUMN, Form::DROP_NOT_NULL),
];

pub(super) fn effects(statement: Node, locks: &[Lock]) -> Vec<Effect> {
    let mut effects = of_relations(statement);
    // The parts of a table that it changes may be any.
    effects.extend(locks.iter().map(|lock| Effect::Changes(lock.table.clone())));
    effects.extend(lint::made_in_schema(statement).map(|name| Effect::Changes(name.quoted())));
    if let Form::CREATE_EXTENSION | Form::CREATE_PUBLICATION | Form::CREATE_SCHEMA =
        statement.kind()
    {
        effects.push(Effect::MakesInDatabase);
    }
    let changes = match statement.kind() {
        Form::COMMENT_ON | Form::GRANT | Form::REVOKE => Effect::ChangesSettings,
        _ => Effect::Changes,
    };
    effects.extend(lint::changed(statement).iter().map(|name| changes(name.quoted())));
    effects
}

fn of_relations(statement: Node) -> Vec<Effect> {
    if let Some(made) = lint::made_relation(statement) {
        return vec![Effect::Makes(made.quoted())];
    }
    if statement.kind() == Form::ALTER_TABLE {
        return of_alter_table(statement);
    }
    match lint::takes(statement) {
        Takes::Tables(_) => Vec::new(),
        Takes::Nothing | Takes::Unknown => vec![Effect::Unknown],
    }
}

fn of_alter_table(statement: Node) -> Vec<Effect> {
    let Some(table) = lint::tables(statement).first().map(TableName::quoted) else {
        return vec![Effect::Unknown];
    };
    let mut effects = Vec::new();
    for ((parent, kind), part) in lint::parts(statement) {
        let reaches = REACHING.contains(&(parent, kind)) || parent == Form::ADD_CONSTRAINT;
        if reaches || parent == Form::ADD_COLUMN {
            effects.push(Effect::Alters(table.clone()));
        }
        match kind {
            Form::ADD_COLUMN | Form::GENERATED_CONSTRAINT => {
                let has_default = part.has(Form::DEFAULT_CONSTRAINT);
                effects.push(Effect::AddsColumn { table: table.clone(), has_default });
            }
            // Under which name it is found then stands in no one place.
            Form::TABLE_RENAME_TO | Form::SET_SCHEMA => {
                effects.extend([Effect::Renames(table.clone()), Effect::Unknown]);
            }
            _ => {}
        }
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::Script;
    use crate::plan::Mode;

    fn changed(sql: &str) -> String {
        let table = "\"public\".\"t\"".to_owned();
        let locks = [Lock { table, mode: Mode::AccessExclusive }];
        let script = Script::read(sql).expect("PostgreSQL reads it");
        let locked = |statement: &Node| !lint::tables(*statement).is_empty();
        let effects = script.statements().flat_map(|statement| {
            effects(statement, if locked(&statement) { &locks } else { &[] })
        });
        let plain = |name: String| name.replace("\"public\".", "").replace('"', "");
        let mut found: Vec<String> = effects
            .filter_map(|effect| match effect {
                Effect::Makes(name) | Effect::Changes(name) => Some(plain(name)),
                Effect::ChangesSettings(name) => Some(format!("settings {}", plain(name))),
                _ => None,
            })
            .collect();
        found.dedup();
        found.join(", ")
    }

    #[test]
    fn it_says_what_the_text_names() {
        for (sql, expected) in [
            ("alter table t add column a text, drop column b", "t"),
            ("alter table t rename to u", "t"),
            ("create trigger g before insert on t execute function f()", "t"),
            ("comment on table t is 'x'", "t"),
            ("create table n (id bigint)", "n"),
            ("create view v as select 1", "v"),
            ("create function f() returns trigger language plpgsql as 'begin end'", "f"),
            ("drop function f(integer)", "f"),
            ("drop view v", "v"),
            ("alter view v rename to w", "v, w"),
            ("alter type m add value 'x'", "m"),
            ("alter domain d set default 1", "d"),
            ("alter sequence s restart", "s"),
            ("grant execute on function f() to x", "settings f"),
            ("grant usage on schema s to x", "settings s"),
            ("-- why\nalter table t add column x int; drop view v", "t, v"),
            ("do $$ begin end $$", ""),
            ("set local work_mem = '1MB'", ""),
        ] {
            assert_eq!(changed(sql), expected, "{sql}");
        }
    }
}
