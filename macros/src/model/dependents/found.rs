//! Who needs what, as far as names tell: what has to go, or to be replaced, before something else.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::model::dependents::item::Item;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Author, Hold, Object, Role, Schema};
use crate::syntax::words::lexer::names;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::qualified::may_say;

impl Schema {
    /// Returns what would fail without this table, or this column of it: views, policies, triggers
    /// and functions of the model.
    pub(crate) fn dependents<'a>(
        &'a self,
        table: &'a TableName,
        column: Option<&'a Name>,
    ) -> impl Iterator<Item = &'a Entity> {
        self.entities.iter().filter(move |entity| {
            // What is on a table goes with it, and privileges on a column with that.
            let goes_along = column.is_none() && entity.on.as_ref() == Some(table);
            let goes_along = goes_along || entity.is_comment();
            !goes_along && entity.kind != Kind::Grant && self.reads(entity, table, column)
        })
    }

    fn reads(&self, entity: &Entity, table: &TableName, column: Option<&Name>) -> bool {
        // A trigger of ours that keeps a column names its table by habit, and reads its row alone.
        let is_ours = matches!(entity.definition, Definition::Generated { .. });
        let Some(column) = column else { return !is_ours && entity.needs(table) };
        match (entity.query(), entity.kind) {
            (Some(query), _) => query.reads(table, &column.text, |other| {
                self.find(other).is_some_and(|other| other.column(&column.text).is_some())
            }),
            // A trigger's function names the row's columns, and not the table.
            (None, Kind::Function) => {
                let calls = |trigger: &&Entity| trigger.mentions(&entity.name.name.text);
                let mut triggers = self.entities(Kind::Trigger).filter(calls).peekable();
                let is_unknown = triggers.peek().is_none();
                let fires = triggers.any(|trigger| trigger.on.as_ref() == Some(table));
                let says = |sql: &String| {
                    may_say(sql, &table.name.text, &column.text, fires || is_unknown)
                };
                (entity.needs(table) || fires) && entity.create.iter().any(says)
            }
            (None, Kind::RowSecurity | Kind::ReplicaIdentity | Kind::PartitionRule) => false,
            (None, _) => entity.needs(table) && entity.mentions(&column.text),
        }
    }

    /// Returns what would fail without this entity.
    pub(crate) fn dependents_of<'a>(
        &'a self,
        needed: &'a Entity,
    ) -> impl Iterator<Item = &'a Entity> {
        let object = needed.object();
        self.entities.iter().filter(move |entity| {
            let goes_along = entity.is_on(needed) || entity.is_comment();
            !entity.is(&object) && !goes_along && entity.kind != Kind::Grant && entity.uses(needed)
        })
    }

    /// Reports what still needs an entity that is to go: entities, and tables by their
    /// expressions.
    pub(crate) fn report_users(&self, entity: &Entity, span: Span, errors: &mut Errors) {
        let object = entity.object();
        // By its name alone it may be another one's user.
        if entity.kind == Kind::Function && self.functions(&entity.name).count() > 1 {
            return;
        }
        for user in self.dependents_of(entity) {
            errors
                .at(span, format_args!("{} needs {object}", user.object()))
                .help(format_args!("first {}", user.way_out()));
        }
        let word = entity.name.name.text.as_str();
        for table in self.tables_that_mention(word).filter(|_| entity.kind == Kind::Function) {
            if table.sql().any(|sql| names(&sql).any(|name| name == word)) {
                let name = &table.name;
                errors
                    .at(span, format_args!("an expression of table `{name}` needs {object}"))
                    .help(format_args!(
                        "first drop the default, the constraint or the index of `{name}` that has it"
                    ));
            }
        }
    }

    /// The views and triggers that stand on a view, each after what it needs.
    pub(crate) fn over(&self, view: &Entity) -> Vec<Entity> {
        let mut found = vec![view.object()];
        loop {
            let bases = found.len();
            for entity in &self.entities {
                let is_over = self.entities.iter().any(|base| {
                    let stands = entity.on.as_ref() == Some(&base.name) || entity.uses(base);
                    found.contains(&base.object()) && stands
                });
                let kinds = [Kind::View, Kind::MaterializedView, Kind::Trigger];
                if is_over && kinds.contains(&entity.kind) && !found.contains(&entity.object()) {
                    found.push(entity.object());
                }
            }
            if found.len() == bases {
                break;
            }
        }
        let ordered = self.in_order_of_need().into_iter().filter_map(|item| match item {
            Item::Entity(entity) if found[1..].contains(&entity.object()) => Some(entity.clone()),
            _ => None,
        });
        ordered.collect()
    }

    /// Takes an entity away in the contract.
    pub(crate) fn retire(&mut self, kind: Kind, name: &TableName, on: Option<&TableName>) {
        self.retire_object(&Object::entity(kind, name, on));
    }

    pub(crate) fn retire_object(&mut self, object: &Object) {
        let found = self.entities.iter().find(|entity| entity.is(object));
        let Some(entity) = found.cloned() else { return };
        self.hold_while_read(&entity);
        self.entities.retain(|other| !other.is(object) && !other.is_on(&entity));
        self.hold(entity.object(), Role::Retiring { successor: None });
    }

    /// Reports what of the model still needs what is to go.
    pub(crate) fn report_dependents(
        &self,
        table: &TableName,
        column: Option<&Name>,
        span: Span,
        errors: &mut Errors,
    ) {
        let gone = match column {
            Some(column) => Object::column(table, column),
            None => Object::table(table),
        };
        for entity in self.dependents(table, column) {
            errors
                .at(span, format_args!("{} needs {gone}", entity.object()))
                .help(format_args!("first {}", entity.way_out()));
        }
    }

    /// Reports what still needs the objects that the contract of `author` removes.
    pub(crate) fn check_released(&self, author: &Author, span: Span, errors: &mut Errors) {
        let gone = |hold: &&Hold| hold.by == *author && matches!(hold.role, Role::Retiring { .. });
        for hold in self.holds.iter().filter(gone) {
            self.check_read(hold, author, span, errors);
            let (table, column) = match &hold.object {
                Object::Table(table) => (table, None),
                Object::Column(table, column) => (table, Some(Name::new(column))),
                Object::Index(..) | Object::Constraint(..) | Object::Entity(..) => continue,
            };
            let Some(table) = TableName::read(table) else { continue };
            let found = self.find(&table);
            let is_back = found.is_some_and(|table| {
                column.as_ref().is_none_or(|column| table.column(&column.text).is_some())
            });
            if !is_back {
                self.report_dependents(&table, column.as_ref(), span, errors);
            }
        }
    }

    /// What is replaced or dropped in a contract reads the object until then.
    fn check_read(&self, gone: &Hold, author: &Author, span: Span, errors: &mut Errors) {
        for hold in
            self.holds.iter().filter(|hold| hold.object == gone.object && hold.by != *author)
        {
            let (Role::Read { by }, false) = (&hold.role, self.is_declared(hold)) else { continue };
            let error =
                errors.at(span, format_args!("{by} reads {} until its own contract", gone.object));
            if let Author::Earlier(migration) = &hold.by {
                error.help(format_args!("contract!({migration}); first"));
            }
        }
    }

    /// Remembers what an entity reads that a contract replaces or drops.
    pub(crate) fn hold_while_read(&mut self, entity: &Entity) {
        let used = self.entities.iter().filter(|other| entity.uses(other));
        let mut read: Vec<Object> = used.map(Entity::object).collect();
        read.retain(|object| *object != entity.object());
        let names = self.table_names().filter_map(TableName::read);
        let tables = names.filter(|name| entity.needs(name));
        for table in tables.filter_map(|name| self.find(&name)) {
            read.push(Object::table(&table.name));
            let columns = table.columns.iter().map(|column| &column.name);
            let columns = columns.filter(|name| self.reads(entity, &table.name, Some(name)));
            read.extend(columns.map(|name| Object::column(&table.name, name)));
        }
        for hold in self.all_holds() {
            let Object::Column(table, column) = &hold.object else { continue };
            let Some(table) = TableName::read(table) else { continue };
            if self.reads(entity, &table, Some(&Name::new(column))) {
                read.push(hold.object.clone());
            }
        }
        read.sort_by_key(Object::to_string);
        read.dedup();
        for object in read {
            self.hold(object, Role::Read { by: entity.object().to_string() });
        }
    }
}
