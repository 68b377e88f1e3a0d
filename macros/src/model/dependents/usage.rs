//! What needs a type, a sequence, an extension or a schema of the model.

use crate::diag::{Errors, nearest};
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Entry, Object, Role, Schema, names as model_names};
use crate::syntax::objects::sequence::Owner;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::{Default, literal};
use crate::syntax::values::extension;
use crate::syntax::words::lexer::{Token, names, tokens};
use crate::syntax::words::name::{ColumnName, Name, TableName};
use crate::syntax::words::sql::Sql;

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

    /// Returns what of the model needs it, and how to end that.
    pub(crate) fn users_of(&self, entity: &Entity) -> Vec<(Object, String)> {
        let word = entity.name.name.text.as_str();
        // The types of an extension have names of their own.
        let in_tables = if entity.kind == Kind::Extension { "" } else { word };
        let tables = self.tables_that_mention(in_tables).flat_map(|table| entity.users_in(table));
        let tables = tables.map(|user| {
            let way_out = way_out(entity.kind, &user);
            (user, way_out)
        });
        // An index goes with what it is on, and a comment too.
        let goes_along = |other: &&Entity| other.kind == Kind::Index || other.is_comment();
        let others = self.entities.iter().filter(|other| !goes_along(other));
        let others = others.filter(|other| !other.is_named_as(entity));
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

    /// Reports what names an object that is made behind it: PostgreSQL looks for it at once.
    pub(crate) fn comes_in_time(&self, made: &Entity, errors: &mut Errors) {
        let word = made.name.name.text.as_str();
        for user in self.tables_that_mention(word).flat_map(|table| made.users_in(table)) {
            errors
                .at(
                    made.name.span(),
                    format_args!("{user} needs {}, which is made behind it", made.object()),
                )
                .help(format_args!("this change before the one that makes {user}"))
                .note("PostgreSQL looks for it when it takes the expression");
        }
    }

    /// Reports a sequence that a default takes numbers from and that nothing makes. An extension may
    /// bring one, and what is in a schema that no migration makes is not known.
    pub(crate) fn check_sequences(&self, table: &Table, sql: &Sql, errors: &mut Errors) {
        let tokens = tokens(&sql.text).unwrap_or_default();
        let calls = tokens.windows(3).filter_map(|window| match window {
            [Token::Word(call), Token::Sign('('), Token::Text(text)]
                if ["nextval", "currval", "setval"].contains(&call.to_lowercase().as_str()) =>
            {
                Some(text.trim_matches('\'').replace("''", "'"))
            }
            _ => None,
        });
        for text in calls {
            let name = sequence_name(&text);
            let is_known = name.as_ref().is_none_or(|name| self.may_have_sequence(table, name));
            let Some(name) = name.filter(|_| !is_known) else { continue };
            let known = self.entities(Kind::Sequence).map(|entity| entity.name.name.text.as_str());
            let known: Vec<&str> = known.collect();
            errors.at(sql.span, format_args!("there is no sequence `{name}`")).help(match nearest(
                &name.to_string(),
                &known,
            ) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("create_sequence!({name}); before it"),
            });
        }
    }

    fn may_have_sequence(&self, of: &Table, name: &TableName) -> bool {
        let is_of = |table: &Table| {
            let numbered = table.columns.iter().filter(|column| column.identity.is_some());
            numbered
                .into_iter()
                .any(|column| model_names::sequence(&table.name, &column.name) == *name)
        };
        let is_unknown = |entity: &Entity| match entity.kind {
            Kind::Extension => !extension::is_known(&entity.name.name.text),
            Kind::Other => entity.mentions(&name.name.text),
            _ => false,
        };
        self.is_assumed
            || name.schema.is_some()
            || self.may_be_unread(&name.name)
            || self.find_entity(Kind::Sequence, name, None).is_some()
            || is_of(of)
            || self.tables().any(is_of)
            || self.entities.iter().any(is_unknown)
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

    /// Remembers the columns that a condition reads in the contract, all where it names none, and what
    /// else it names: they go after it.
    pub(crate) fn hold_until_contract(&mut self, name: &TableName, sql: &Sql, by: &str) {
        let Some(table) = self.find(name) else { return };
        let mentioned = |column: &&Column| sql.mentions(&column.name.text);
        let names_none = !table.columns.iter().any(|column| mentioned(&column));
        let read = table.columns.iter().filter(|column| names_none || mentioned(column));
        let objects: Vec<Object> = read.map(|column| Object::column(name, &column.name)).collect();
        for object in objects {
            self.hold(object, Role::Read { by: by.to_owned() });
        }
        self.hold_used(name, sql);
    }

    /// Remembers the functions, types and sequences that an expression of a trigger names: they go
    /// after it.
    pub(in crate::model) fn hold_used(&mut self, table: &TableName, sql: &Sql) {
        let kinds = [Kind::Enum, Kind::Domain, Kind::Sequence, Kind::Function];
        let used = self
            .entities
            .iter()
            .filter(|entity| kinds.contains(&entity.kind) && entity.is_named_in(&sql.text));
        let used: Vec<Object> = used.map(Entity::object).collect();
        for object in used {
            self.hold(object, Role::Read { by: format!("a trigger on `{table}`") });
        }
        for value in self.values_in(table, sql) {
            self.hold(Object::value(&value), Role::Filled);
        }
    }

    /// The values of the table's enums that an expression says as strings.
    fn values_in(&self, table: &TableName, sql: &Sql) -> Vec<ColumnName> {
        let Some(table) = self.find(table) else { return Vec::new() };
        let tokens = tokens(&sql.text).unwrap_or_default();
        let is_said = |label: &String| {
            let text = literal(label);
            tokens.iter().any(|token| matches!(token, Token::Text(said) if **said == text))
        };
        let enums = self.entities(Kind::Enum).filter(|entity| entity.is_needed_by(table));
        let values = enums.flat_map(|entity| {
            let labels = entity.live_labels().into_iter().filter(is_said);
            labels.map(|label| ColumnName { table: entity.name.clone(), name: Name::new(label) })
        });
        values.collect()
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
                    .of_kinds(|kind| kind < Kind::Function)
                    .filter(|entity| entity.is_needed_by(before))
                    .filter(|entity| !now.is_some_and(|table| entity.is_needed_by(table)))
                    .map(Entity::object),
            );
        }
        for object in objects {
            self.hold(object, Role::Synced);
        }
    }
}

/// The sequence that a string names, `s` or `billing.s`.
fn sequence_name(text: &str) -> Option<TableName> {
    let mut names: Vec<String> = names(text).map(std::borrow::Cow::into_owned).collect();
    let name = Name::new(names.pop()?);
    let schema = names.pop().filter(|schema| schema != "public").map(Name::new);
    Some(TableName { schema, name })
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

    /// Tells whether it is the sequence that the column's default takes a number from.
    pub(crate) fn numbers(&self, column: &Column) -> bool {
        let default = column.default.as_ref().and_then(Default::sequence);
        let name = default.and_then(|text| sequence_name(text.trim_matches('\'')));
        self.kind == Kind::Sequence && name.as_ref() == Some(&self.name)
    }

    fn is_needed_by_column(&self, column: &Column) -> bool {
        let is_type = match &column.ty.named {
            Some(name) => match self.kind {
                Kind::Extension => self.brings(name),
                kind => (kind.is_type() || kind == Kind::Other) && *name == self.name,
            },
            None => names(&column.ty.sql).any(|word| word == self.name.name.text),
        };
        let default = column.default.as_ref().map(|default| self.is_named_in(&default.sql()));
        let generated = column.generated.as_ref().map(|sql| self.is_named_in(&sql.text));
        is_type || default == Some(true) || generated == Some(true)
    }

    /// Tells whether an expression names it: a type behind `::` or `as`, a sequence in a string,
    /// anything else by its name. A column may have the name of a type.
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

/// Returns how a table comes not to need an entity.
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
