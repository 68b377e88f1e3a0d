//! The entities of a schema, found, put in and taken out.

use crate::diag::Errors;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Object, Schema};
use crate::syntax::values::types::Type;
use crate::syntax::words::name::{Name, TableName};
use proc_macro2::Span;

impl Schema {
    /// What belongs to a table goes with it.
    pub(crate) fn remove_what_is_on(&mut self, table: &TableName) {
        self.entities.retain(|entity| entity.on.as_ref() != Some(table));
    }

    pub(crate) fn put_entity(&mut self, entity: Entity) {
        self.entities.remove(&entity.name, |other| other.is_named_as(&entity));
        self.entities.push(entity);
    }

    /// The entity, if it is there.
    pub(crate) fn find_entity(
        &self,
        kind: Kind,
        name: &TableName,
        on: Option<&TableName>,
    ) -> Option<&Entity> {
        self.entities.named(name).find(|entity| entity.is_named(kind, name, on))
    }

    pub(crate) fn entities(&self, kind: Kind) -> impl Iterator<Item = &Entity> {
        self.entities.of_kinds(move |other| other == kind)
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
        if self.entities.named(&entity.name).any(|other| other.is_named_as(entity)) {
            errors.at(span, format_args!("{} exists already", entity.object()));
        }
    }

    /// Reports a name that something of the same name space has.
    pub(crate) fn name_is_free(&self, kind: Kind, name: &TableName, errors: &mut Errors) -> bool {
        let same = |other: Kind| {
            other == kind
                || (kind.is_relation() && other.is_relation())
                || (kind.is_type() && other.is_type())
        };
        let other =
            self.entities.named(name).find(|entity| entity.on.is_none() && same(entity.kind));
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
        let Some(name) = &ty.named else { return self.check_hidden(ty, errors) };
        if ty.is_trusted() || self.entities.named(name).any(|entity| entity.kind.is_type()) {
            return;
        }
        let mut extensions = self.entities(Kind::Extension);
        if let Some(extension) = extensions.find(|it| it.brings(name)) {
            let schema = extension.brought_into();
            if schema != name.schema() {
                errors
                    .at(name.span(), format_args!("type `{name}` is in schema `{schema}`"))
                    .help(format_args!("{schema}.{}", name.name));
            }
            return;
        }
        let may_be = self.is_assumed || self.may_be_unread(&name.name);
        if may_be && !ty.is_slip() {
            return;
        }
        let types = self.entities.of_kinds(Kind::is_type);
        let known: Vec<String> = types.map(|entity| entity.name.to_string()).collect();
        ty.report_unknown(&known, errors);
    }

    /// Reports one of PostgreSQL's own types where the schema has one of that name too.
    fn check_hidden(&self, ty: &Type, errors: &mut Errors) {
        let Some(word) = ty.own_word() else { return };
        let name = TableName { schema: None, name: Name::new(word) };
        let of_schema = self.entities.named(&name).find(|it| it.kind.is_type());
        if let Some(entity) = of_schema {
            errors
                .at(
                    ty.span,
                    format_args!("`{word}` is PostgreSQL's own type, and {} too", entity.object()),
                )
                .help(format_args!("public.{word}, or pg_catalog's as sql(\"{word}\")"));
        }
    }
}
