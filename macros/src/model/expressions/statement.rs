//! Raw statements against the schema: the names in them, and what the model keeps of them.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::grammar::{Kind as Form, Node, Script};
use crate::lint;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Object, Schema};
use crate::syntax::tables::constraint::Rule;
use crate::syntax::words::name::{Name, TableName};

/// Statements about rows or the session: a schema that is built from nothing has no trace of them.
const WITHOUT_TRACE: [Form; 9] = [
    Form::INSERT,
    Form::UPDATE,
    Form::DELETE,
    Form::MERGE,
    Form::TRUNCATE,
    Form::ANALYZE,
    Form::SET,
    Form::SELECT,
    Form::SET_CONSTRAINTS,
];

impl Schema {
    /// Reports relations and columns that are not there. `made` are those of the same text.
    pub(crate) fn names_exist(
        &self,
        statement: Node,
        made: &[TableName],
        span: Span,
        errors: &mut Errors,
    ) {
        let at = |table: &TableName| {
            let name = Name { text: table.name.text.clone(), span };
            TableName { schema: table.schema.clone(), name }
        };
        let tables = lint::tables(statement);
        let mut exist = true;
        for table in tables.iter().filter(|table| !made.contains(table)) {
            exist &= self.relation_exists(&at(table), errors);
        }
        let ([table], true) = (tables.as_slice(), exist) else { return };
        let Some(table) = self.find(table).filter(|_| !self.is_assumed) else { return };
        for column in lint::columns(statement) {
            self.column_of(table, &Name { text: column, span }, errors);
        }
    }

    pub(crate) fn relation_exists(&self, name: &TableName, errors: &mut Errors) -> bool {
        const RELATIONS: [Kind; 3] = [Kind::View, Kind::MaterializedView, Kind::Sequence];
        let is_system = matches!(name.schema(), "pg_catalog" | "information_schema");
        is_system
            || self.is_assumed
            || self.is_made_in_baseline(name)
            || RELATIONS.iter().any(|kind| self.find_entity(*kind, name, None).is_some())
            || self.parent_of_partition(name).is_some()
            || self.is_made_by_hand(&name.name.text)
            || self.table(name, errors).is_some()
    }

    /// A statement with the tables of the model by their full names: what an unqualified one means
    /// is for each session to say.
    pub(crate) fn qualified(&self, statement: Node) -> String {
        let start = statement.range().start;
        let mut text = statement.text().to_owned();
        for (table, node) in lint::table_nodes(statement).into_iter().rev() {
            let is_system = table.schema.is_none() && table.name.text.starts_with("pg_");
            if self.find(&table).is_some() || (self.is_assumed && !is_system) {
                let range = node.range();
                text.replace_range(range.start - start..range.end - start, &table.quoted());
            }
        }
        text.trim_end_matches(';').trim_end().to_owned()
    }

    /// Tells whether a write names the rows that it writes by a key.
    pub(crate) fn is_bounded(&self, statement: Node) -> bool {
        let is_write = matches!(statement.kind(), Form::UPDATE | Form::DELETE);
        let target = statement.child(Form::RELATION_NAME).filter(|_| is_write);
        let name = target.and_then(|target| lint::tables(target).pop());
        let Some(table) = name.and_then(|name| self.find(&name)) else { return false };
        let pinned = lint::pinned(statement);
        table.constraints.iter().any(|constraint| match &constraint.rule {
            Rule::PrimaryKey(key) | Rule::Unique(key) => {
                key.iter().all(|column| pinned.contains(&column.text))
            }
            _ => false,
        })
    }

    /// Returns what of the model a statement drops or alters that no rule knows by its form, and
    /// what to write in its place.
    pub(crate) fn modelled(&self, statement: Node) -> Option<(Object, String)> {
        let find = |names: Form, kinds: &[Kind]| {
            let names = lint::named(statement, names);
            let mut found = names.iter().flat_map(|name| {
                kinds.iter().filter_map(|kind| self.find_entity(*kind, name, None))
            });
            found.next()
        };
        match statement.kind() {
            Form::DROP_TYPE => {
                let entity = find(Form::TYPE_NAME_REF, &[Kind::Enum, Kind::Domain])?;
                Some((entity.object(), entity.drop_macro()))
            }
            Form::ALTER_SEQUENCE if !statement.has(Form::OWNER_TO) => {
                let entity = find(Form::SEQUENCE_REF, &[Kind::Sequence])?;
                let moves =
                    statement.has(Form::SEQUENCE_RENAME_TO) || statement.has(Form::SET_SCHEMA);
                let name = &entity.name;
                let instead = if moves {
                    format!(
                        "create_sequence!(…); with the new name, set_default!(… , sql(\"nextval('…')\")), and later drop_sequence!({name});"
                    )
                } else {
                    format!("change_sequence!({name}, …);")
                };
                Some((entity.object(), instead))
            }
            Form::ALTER_EXTENSION if statement.has(Form::SET_SCHEMA) => {
                let entity = find(Form::EXTENSION_REF, &[Kind::Extension])?;
                Some((
                    entity.object(),
                    format!("create_extension!({}, schema = …); in its place", entity.name),
                ))
            }
            _ => None,
        }
    }

    /// Tells whether raw SQL of a baseline, which is not read any closer, may have made a relation.
    pub(crate) fn is_made_in_baseline(&self, name: &TableName) -> bool {
        self.is_baseline && self.is_made_by_hand(&name.name.text)
    }

    /// Tells whether raw SQL of the history names something.
    pub(crate) fn is_made_by_hand(&self, name: &str) -> bool {
        self.entities(Kind::Other).any(|entity| entity.mentions(name))
    }

    /// Returns what raw SQL has made under this name, unless it may be one of several functions.
    fn only_one_made(&self, name: &TableName) -> Option<Object> {
        let makes = |statement: Node| {
            matches!(statement.kind(), Form::CREATE_FUNCTION | Form::CREATE_PROCEDURE)
                && lint::made_in_schema(statement).is_some_and(|made| made.name == name.name)
        };
        let is_one =
            |sql: &String| Script::read(sql).is_ok_and(|script| script.statements().any(makes));
        let others = self.entities(Kind::Other);
        let others = others.filter(|entity| entity.mentions(&name.name.text));
        let count = others.filter(|entity| entity.create.iter().any(is_one)).count();
        self.find_entity(Kind::Other, name, None).filter(|_| count < 2).map(Entity::object)
    }

    /// Keeps a statement for building the schema from nothing, and forgets what it drops.
    pub(crate) fn keep(&mut self, statement: Node) {
        if WITHOUT_TRACE.contains(&statement.kind()) {
            return;
        }
        let name = |text: String| TableName { schema: None, name: Name::new(text) };
        let in_schema = || lint::made_in_schema(statement).map(|made| made.name.text);
        let made = lint::made(statement).or_else(in_schema).map(name);
        let known = self.entities.len();
        let old = made.as_ref().and_then(|name| self.only_one_made(name));
        if let Some(object) = old.as_ref().filter(|_| statement.has(Form::DROP_KW)) {
            self.entities.retain(|entity| !entity.is(object));
        }
        if let Some(object) = old.filter(|_| statement.has(Form::OR_REPLACE)) {
            let create = vec![self.qualified(statement)];
            self.entities.alter(|entity| entity.is(&object), |old| old.create.clone_from(&create));
        } else if self.entities.len() == known {
            // What only alters something is kept beside what made that.
            let name = made
                .filter(|name| self.find_entity(Kind::Other, name, None).is_none())
                .unwrap_or_else(|| name(format!("sql {known}")));
            let create = vec![self.qualified(statement)];
            self.put_entity(Entity {
                kind: Kind::Other,
                name,
                on: None,
                create,
                definition: Definition::Name,
            });
        }
    }
}
