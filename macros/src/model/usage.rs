//! What needs a type, a sequence, an extension or a schema of the model.

use crate::diag::Errors;
use crate::model::entity::{Entity, Kind};
use crate::model::{Entry, Object, Role, Schema};
use crate::syntax::column::Column;
use crate::syntax::lexer::{Token, names, tokens};
use crate::syntax::name::TableName;
use crate::syntax::sequence::Owner;
use crate::syntax::table::Table;

impl Schema {
    /// The entity that a change drops, with an error for each thing that still needs it.
    pub(crate) fn unneeded(
        &self,
        kind: Kind,
        name: &TableName,
        errors: &mut Errors,
    ) -> Option<&Entity> {
        let entity = self.entity(kind, name, None, errors)?;
        let users = self.users_of(entity);
        for (user, way_out) in &users {
            errors
                .at(name.span(), format_args!("{kind} `{name}` is still needed by {user}"))
                .help(format_args!("{way_out} first"));
        }
        users.is_empty().then_some(entity)
    }

    /// What of the model needs it, and how to end that.
    pub(crate) fn users_of(&self, entity: &Entity) -> Vec<(Object, String)> {
        let word = entity.name.name.text.as_str();
        let tables = self.tables_that_mention(word).flat_map(|table| entity.users_in(table));
        let tables = tables.map(|user| {
            let way_out = way_out(entity.kind, &user);
            (user, way_out)
        });
        let others = self.entities.iter().filter(|other| other.object() != entity.object());
        let others = others.filter_map(|other| {
            let (needs, is_in) = match (entity.kind, other.kind) {
                (Kind::Schema, Kind::Extension) => (other.mentions(word), true),
                (Kind::Schema, kind) => (kind != Kind::Schema && other.name.schema() == word, true),
                _ => (other.uses(entity), false),
            };
            let way_out = if is_in { other.drop_macro() } else { other.way_out() };
            needs.then(|| (other.object(), format!("{way_out} and its contract")))
        });
        tables.chain(others).collect()
    }

    /// The columns that have a type of the schema: their tables and their names.
    pub(crate) fn columns_of(&self, kind: Kind, name: &TableName) -> Vec<(String, String)> {
        let Some(entity) = self.find_entity(kind, name, None) else { return Vec::new() };
        let users = self.users_of(entity).into_iter();
        users
            .filter_map(|(user, _)| match user {
                Object::Column(table, column) => Some((table, column)),
                _ => None,
            })
            .collect()
    }

    /// Reports a schema that is on its way out, where something new is put into it.
    pub(crate) fn check_schema(&self, name: &TableName, errors: &mut Errors) {
        if let Some(schema) = &name.schema {
            let schema = TableName { schema: None, name: schema.clone() };
            self.retiring(&Object::entity(Kind::Schema, &schema, None).at(schema.span()), errors);
        }
    }

    /// Reports a column that a sequence cannot belong to.
    pub(crate) fn check_owner(
        &self,
        sequence: &TableName,
        owner: Option<&Owner>,
        errors: &mut Errors,
    ) {
        let Some(Owner::Column(column)) = owner else { return };
        if self.column(column, errors).is_some() && column.table.schema() != sequence.schema() {
            errors
                .at(
                    column.table.span(),
                    format_args!("table `{}` is in another schema than the sequence", column.table),
                )
                .note("PostgreSQL lets a sequence belong to a table of its own schema alone");
        }
    }

    /// Holds the types and sequences that tables needed before the present change and need no
    /// more: until its contract the server needs them.
    pub(crate) fn hold_what_was_needed(&mut self) {
        let mut objects = Vec::new();
        for (name, before) in &self.touched {
            let Some(before) = before else { continue };
            let now = self.tables.get(name).map(Entry::read);
            objects.extend(
                self.entities
                    .iter()
                    .filter(|entity| entity.kind < Kind::Function && entity.is_needed_by(before))
                    .filter(|entity| !now.is_some_and(|table| entity.is_needed_by(table)))
                    .map(Entity::object),
            );
        }
        for object in objects {
            self.hold(object, Role::Synced);
        }
    }
}

impl Entity {
    pub(crate) fn is_needed_by(&self, table: &Table) -> bool {
        !self.users_in(table).is_empty()
    }

    /// The columns that need it, or the table where that is about no column.
    fn users_in(&self, table: &Table) -> Vec<Object> {
        if self.kind == Kind::Schema {
            let is_in = table.name.schema() == self.name.name.text;
            return is_in.then(|| Object::table(&table.name)).into_iter().collect();
        }
        let columns = table.columns.iter().filter(|column| self.is_needed_by_column(column));
        let columns: Vec<Object> =
            columns.map(|column| Object::column(&table.name, &column.name)).collect();
        if columns.is_empty() && table.expressions().any(|sql| self.is_named_in(&sql.text)) {
            return vec![Object::table(&table.name)];
        }
        columns
    }

    fn is_needed_by_column(&self, column: &Column) -> bool {
        let is_type = match &column.ty.named {
            Some(name) => self.kind.is_type() && *name == self.name,
            None => names(&column.ty.sql).any(|word| word == self.name.name.text),
        };
        let default = column.default.as_ref().map(|default| self.is_named_in(&default.sql()));
        let generated = column.generated.as_ref().map(|sql| self.is_named_in(&sql.text));
        is_type || default == Some(true) || generated == Some(true)
    }

    /// Whether an expression names it: a type behind `::` or `as`, a sequence in a string, anything
    /// else by its name. A column may have the name of a type.
    fn is_named_in(&self, sql: &str) -> bool {
        let wanted = self.name.name.text.as_str();
        let tokens = tokens(sql).unwrap_or_default();
        tokens.iter().enumerate().any(|(at, token)| match token {
            Token::Text(text) => {
                self.kind == Kind::Sequence
                    && names(text.trim_matches('\'')).any(|word| word == wanted)
            }
            Token::Word(word) if word.to_lowercase() == wanted => self.may_stand_at(&tokens, at),
            Token::Quoted(word) if *word == wanted => self.may_stand_at(&tokens, at),
            _ => false,
        })
    }

    fn may_stand_at(&self, tokens: &[Token], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let is_type = match before {
            Some(Token::Sign(sign)) => matches!(sign, ':' | '.'),
            Some(Token::Word(word)) => word.eq_ignore_ascii_case("as"),
            _ => false,
        };
        !self.kind.is_type() || is_type
    }
}

/// How a table comes not to need an entity.
fn way_out(kind: Kind, user: &Object) -> String {
    match user {
        Object::Column(table, column) if kind == Kind::Sequence => {
            format!("drop_default!({table}.{column}); and its contract")
        }
        Object::Column(table, column) => {
            format!("drop_column!({table}.{column}); and its contract")
        }
        Object::Table(table) if kind == Kind::Schema => {
            format!("drop_table!({table}); and its contract")
        }
        other => format!("change what names it in {other}"),
    }
}
