//! What a schema holds beside its tables: types, views, functions, policies and their like.

use std::fmt;

use proc_macro2::Span;

use crate::diag::Errors;
use crate::model::names::is_standing;
use crate::model::{Object, Schema};
use crate::syntax::lexer::names;
use crate::syntax::name::TableName;
use crate::syntax::query::Query;
use crate::syntax::types::Type;

/// An object that is no table. It is kept as the statements that make it, because that is what
/// the server will be asked for; what an operation has to know of it besides stands in `parts`.
#[derive(Clone)]
pub(crate) struct Entity {
    pub(crate) kind: Kind,
    /// Its name with its schema. What has no schema (an extension, a schema) has a name alone.
    pub(crate) name: TableName,
    /// The table that it belongs to: a trigger's, a policy's.
    pub(crate) on: Option<TableName>,
    /// The statements that make it from nothing.
    pub(crate) create: Vec<String>,
    /// What its kind says of it: an enum's labels, a function's arguments.
    pub(crate) parts: Vec<String>,
}

/// The kinds, in the order in which they need each other where nothing else tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Schema,
    Extension,
    Enum,
    Domain,
    Sequence,
    Function,
    Partition,
    View,
    MaterializedView,
    Trigger,
    Policy,
    RowSecurity,
    Grant,
    Other,
}

const KINDS: &[(Kind, &str)] = &[
    (Kind::Schema, "schema"),
    (Kind::Extension, "extension"),
    (Kind::Enum, "enum"),
    (Kind::Domain, "domain"),
    (Kind::Sequence, "sequence"),
    (Kind::Function, "function"),
    (Kind::Partition, "partition"),
    (Kind::View, "view"),
    (Kind::MaterializedView, "materialized view"),
    (Kind::Trigger, "trigger"),
    (Kind::Policy, "policy"),
    (Kind::RowSecurity, "row level security"),
    (Kind::Grant, "grant"),
    (Kind::Other, "object"),
];

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }

    /// Whether its name may not be a table's too (manual, `pg_class`).
    pub(crate) fn is_relation(self) -> bool {
        matches!(self, Kind::Partition | Kind::View | Kind::MaterializedView | Kind::Sequence)
    }

    /// Whether its name may not be another type's too (manual, `pg_type`).
    pub(super) fn is_type(self) -> bool {
        matches!(self, Kind::Enum | Kind::Domain)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Entity {
    /// One that is known by nothing but a change outside any history.
    pub(crate) fn assumed(kind: Kind, name: &TableName, on: Option<&TableName>) -> Self {
        Entity { kind, name: name.clone(), on: on.cloned(), create: Vec::new(), parts: Vec::new() }
    }

    pub(crate) fn object(&self) -> Object {
        match self.kind {
            Kind::Function => Object::function(&self.name, self.signature()),
            kind => Object::entity(kind, &self.name, self.on.as_ref()),
        }
    }

    /// Whether it belongs to a table, a view, a function, and goes with it.
    pub(crate) fn is_on(&self, other: &Entity) -> bool {
        let bears =
            [Kind::Schema, Kind::Sequence, Kind::Function, Kind::View, Kind::MaterializedView];
        let Some(on) = self.on.as_ref().filter(|_| bears.contains(&other.kind)) else {
            return false;
        };
        match other.kind {
            Kind::Function => on.name.text == format!("{}({})", other.name.name, other.signature()),
            Kind::Schema => on.name.text == format!("schema {}", other.name.name),
            _ => *on == other.name,
        }
    }

    /// Whether its definition names this: a table, a column, a function, another entity.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.create.iter().any(|sql| names(sql).any(|word| word == name))
    }

    /// Whether it needs this table, as far as names tell.
    pub(crate) fn needs(&self, table: &TableName) -> bool {
        self.on.as_ref() == Some(table)
            || match self.query() {
                Some(query) => query.sources().iter().any(|source| source.table == *table),
                None => self.mentions(&table.name.text),
            }
    }

    /// Whether it needs this entity, as far as names tell.
    pub(crate) fn uses(&self, needed: &Entity) -> bool {
        match needed.kind {
            Kind::View | Kind::MaterializedView => self.needs(&needed.name),
            // These have no name that anything could say.
            Kind::Trigger | Kind::Policy | Kind::RowSecurity | Kind::Grant => false,
            _ => self.mentions(&needed.name.name.text),
        }
    }

    /// The query of a view.
    pub(crate) fn query(&self) -> Option<Query> {
        matches!(self.kind, Kind::View | Kind::MaterializedView)
            .then(|| self.parts.first().map(|text| Query::stored(text)))
            .flatten()
    }

    /// The statements that put it in the place of another of its name.
    pub(crate) fn or_replace(&self) -> Vec<String> {
        let replace = |sql: &String| sql.replacen("create ", "create or replace ", 1);
        self.create.iter().map(replace).collect()
    }

    /// The change that drops it.
    pub(crate) fn drop_macro(&self) -> String {
        format!("drop_{}!({});", self.kind.word().replace(' ', "_"), self.name)
    }

    /// The change that makes it need something no more.
    pub(crate) fn way_out(&self) -> String {
        let (name, on) =
            (&self.name, self.on.as_ref().map_or(String::new(), |on| format!(" on {on}")));
        match self.kind {
            Kind::View => format!("replace_view!({name}, \"…\"); or drop_view!({name});"),
            Kind::Function => format!("replace_function!({name}(…) …);"),
            Kind::Trigger if is_standing(&self.name.name) => {
                format!("drop_generated!({});", self.parts.concat())
            }
            Kind::Trigger => format!("replace_trigger!({name}{on}, …);"),
            Kind::Policy => format!("replace_policy!({name}{on}, …);"),
            _ => self.drop_macro(),
        }
    }
}

impl Schema {
    /// What belongs to a table goes with it.
    pub(crate) fn remove_what_is_on(&mut self, table: &TableName) {
        self.entities.retain(|entity| entity.on.as_ref() != Some(table));
    }

    pub(crate) fn put_entity(&mut self, entity: Entity) {
        let object = entity.object();
        self.entities.retain(|other| other.object() != object);
        self.entities.push(entity);
    }

    /// The entity, if it is there.
    pub(crate) fn find_entity(
        &self,
        kind: Kind,
        name: &TableName,
        on: Option<&TableName>,
    ) -> Option<&Entity> {
        let object = Object::entity(kind, name, on);
        self.entities.iter().find(|entity| entity.object() == object)
    }

    pub(crate) fn entities(&self, kind: Kind) -> impl Iterator<Item = &Entity> {
        self.entities.iter().filter(move |entity| entity.kind == kind)
    }

    /// The entity that a change names, with the error that a wrong name gives.
    pub(crate) fn entity(
        &self,
        kind: Kind,
        name: &TableName,
        on: Option<&TableName>,
        errors: &mut Errors,
    ) -> Option<&Entity> {
        let found = self.find_entity(kind, name, on);
        let claim = Object::entity(kind, name, on).at(name.span());
        if found.is_none() && !self.retiring(&claim, errors) && !self.may_be_unread(&name.name) {
            let of = on.map(|table| format!(" on `{table}`")).unwrap_or_default();
            let names: Vec<String> = self
                .entities(kind)
                .filter(|entity| entity.on.as_ref() == on)
                .map(|entity| entity.name.to_string())
                .collect();
            errors
                .at(name.span(), format_args!("there is no {kind} `{name}`{of}"))
                .nearest(&name.to_string(), names.iter().map(String::as_str));
        }
        found
    }

    /// Reports what is there already: a trigger's or a policy's name on its table.
    pub(crate) fn entity_is_free(&self, entity: &Entity, span: Span, errors: &mut Errors) {
        let object = entity.object();
        if self.entities.iter().any(|other| other.object() == object) {
            errors.at(span, format_args!("{object} exists already"));
        }
    }

    /// Reports a name that something of the same name space has.
    pub(crate) fn name_is_free(&self, kind: Kind, name: &TableName, errors: &mut Errors) -> bool {
        let same = |other: Kind| {
            other == kind
                || (kind.is_relation() && other.is_relation())
                || (kind.is_type() && other.is_type())
        };
        let other = self
            .entities
            .iter()
            .find(|entity| entity.on.is_none() && entity.name == *name && same(entity.kind));
        let relation = kind.is_relation().then(|| self.relation(name, &name.name.text)).flatten();
        let taken = other.map(Entity::object).or(relation).or_else(|| {
            // Each table has a type of its name.
            let table = kind.is_type().then(|| self.find(name)).flatten();
            table.map(|table| Object::table(&table.name))
        });
        if let Some(taken) = &taken {
            errors.at(name.span(), format_args!("{taken} exists already"));
        }
        taken.is_none()
    }

    /// Reports a type that nothing makes; where not all is known, one that looks like a slip.
    pub(crate) fn check_type(&self, ty: &Type, errors: &mut Errors) {
        let Some(name) = &ty.named else { return };
        let is_known = [Kind::Enum, Kind::Domain]
            .into_iter()
            .any(|kind| self.find_entity(kind, name, None).is_some());
        let may_be = self.is_assumed || self.may_be_unread(&name.name);
        if is_known || (may_be && !ty.is_slip()) {
            return;
        }
        let types = self.entities.iter().filter(|entity| entity.kind.is_type());
        let known: Vec<String> = types.map(|entity| entity.name.to_string()).collect();
        ty.report_unknown(&known, errors);
    }
}
