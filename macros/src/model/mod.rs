//! The schema as the migrations so far have made it.

mod clause;
pub(crate) mod constraint;
pub(crate) mod dependents;
pub(crate) mod entity;
pub(crate) mod expression;
pub(crate) mod function;
pub(crate) mod grant;
pub(crate) mod holder;
pub(crate) mod index;
pub(crate) mod lookup;
pub(crate) mod made;
pub(crate) mod names;
pub(crate) mod need;
mod partition;
pub(crate) mod pointing;
pub(crate) mod policy;
mod query;
mod rename;
pub(crate) mod replaced;
pub(crate) mod state;
pub(crate) mod statement;
pub(crate) mod trigger;
pub(crate) mod types;
pub(crate) mod usage;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::model::entity::{Entity, Kind};
use crate::syntax::column::{Column, ColumnDef};
use crate::syntax::constraint::{Constraint, Rule};
use crate::syntax::name::{Name, TableName};
use crate::syntax::reference::Reference;
use crate::syntax::sql::Sql;
use crate::syntax::table::Table;
use crate::syntax::target::Target;

/// The schema before or after a change.
///
/// A table is read only when a change touches it: users build proc macros without optimisation,
/// and a history of hundreds of migrations must not be felt.
#[derive(Default)]
pub(crate) struct Schema {
    /// The migrations so far, the oldest first, without the present one.
    pub(crate) history: Vec<String>,
    /// The migrations so far that have something to contract.
    pub(crate) contracts: Vec<Waiting>,
    pub(crate) holds: Vec<Hold>,
    /// The words of changes that could not be read or done. A name among them that is missing later
    /// may be their doing: that mistake is reported, and what follows from it is not.
    pub(crate) unread: BTreeSet<String>,
    tables: BTreeMap<String, Entry>,
    entities: Vec<Entity>,
    /// The tables that the present migration makes: no client uses them yet.
    fresh: BTreeSet<String>,
    /// The tables that the present change has touched, as it found them.
    touched: BTreeMap<String, Option<Table>>,
    /// The rules that the present change silences.
    allowed: Vec<String>,
    /// Whether it holds nothing but what a change outside any history says.
    pub(crate) is_assumed: bool,
}

/// Stands for every word; no name is like it.
const ANYTHING: &str = "*";

/// The phases of a migration that wait for a later one to declare them.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) migration: Author,
    /// Whether it has a switch, and who declared that.
    pub(crate) switch: Release,
    pub(crate) contract: Release,
}

/// Whether a phase that waits for a later migration's word is there, and has that word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Release {
    Absent,
    Pending,
    By(Author),
}

/// Who did something: a migration before the present one, or the present one.
///
/// A migration does not know its own name (it is its module's); its children do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Author {
    Earlier(String),
    Present,
}

/// An object that a migration holds until its contract has run.
#[derive(Clone)]
pub(crate) struct Hold {
    pub(crate) object: Object,
    pub(crate) by: Author,
    pub(crate) role: Role,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// It goes; this takes its place.
    Retiring { successor: Option<String> },
    /// A trigger keeps it filled, or equal to what it replaces.
    Synced,
    /// It is read by what goes in the contract.
    Read { by: String },
    /// At the switch another takes its place, with what is built on it by then known to the plan:
    /// what came or went later would be lost.
    Replaced,
}

/// What a change makes or alters, by its name in a macro.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Object {
    Table(String),
    Column(String, String),
    Index(String, String),
    Constraint(String, String),
    /// Its kind, its name, and the table that it is on.
    Entity(Kind, String, Option<String>),
}

/// An object that a change makes, alters or drops, and the token that says so.
pub(crate) struct Claim {
    pub(crate) object: Object,
    pub(crate) span: Span,
    /// Whether another change of the same migration may claim it too.
    pub(crate) is_shared: bool,
}

impl Claim {
    pub(crate) fn shared(self) -> Self {
        Claim { is_shared: true, ..self }
    }
}

impl Object {
    pub(crate) fn table(table: &TableName) -> Self {
        Object::Table(table.to_string())
    }

    pub(crate) fn column(table: &TableName, column: &Name) -> Self {
        Object::Column(table.to_string(), column.text.clone())
    }

    /// An index belongs to a schema, not to a table.
    pub(crate) fn index(table: &TableName, index: &Name) -> Self {
        Object::Index(table.schema().to_owned(), index.text.clone())
    }

    pub(crate) fn constraint(table: &TableName, constraint: &Name) -> Self {
        Object::Constraint(table.to_string(), constraint.text.clone())
    }

    /// A constraint that goes: by the name that it keeps from others, which is its index's where it
    /// has one.
    pub(crate) fn of_constraint(table: &TableName, name: &Name, has_index: bool) -> Self {
        if has_index { Object::index(table, name) } else { Object::constraint(table, name) }
    }

    pub(crate) fn entity(kind: Kind, name: &TableName, on: Option<&TableName>) -> Self {
        Object::Entity(kind, name.to_string(), on.map(TableName::to_string))
    }

    pub(crate) fn at(self, span: Span) -> Claim {
        Claim { object: self, span, is_shared: false }
    }

    /// The schema that its name states; none where that is `public`, or where it has none.
    fn schema(&self) -> Option<&str> {
        match self {
            Object::Table(name)
            | Object::Column(name, _)
            | Object::Constraint(name, _)
            | Object::Entity(_, name, _) => name.rsplit_once('.').map(|(schema, _)| schema),
            Object::Index(schema, _) => Some(schema),
        }
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Object::Table(table) => write!(f, "table `{table}`"),
            Object::Column(table, column) => write!(f, "column `{table}.{column}`"),
            Object::Index(_, index) => write!(f, "index `{index}`"),
            Object::Constraint(table, name) => write!(f, "constraint `{table}.{name}`"),
            Object::Entity(kind, name, None) => write!(f, "{kind} `{name}`"),
            Object::Entity(kind, name, Some(on)) => write!(f, "{kind} `{name}` on `{on}`"),
        }
    }
}

/// A table as text, read when it is first needed.
struct Entry {
    text: String,
    table: OnceCell<Table>,
}

impl Entry {
    fn new(table: Table) -> Self {
        Entry { text: table.to_string(), table: OnceCell::from(table) }
    }

    fn unread(text: &str) -> Self {
        Entry { text: text.to_owned(), table: OnceCell::new() }
    }

    fn read(&self) -> &Table {
        self.table.get_or_init(|| state::read_table(&self.text))
    }
}

impl Schema {
    /// The table, if it is there.
    pub(crate) fn find(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(&name.to_string()).map(Entry::read)
    }

    /// Adds a table, or puts it in the place of the one of its name.
    pub(crate) fn put(&mut self, table: Table) {
        let name = table.name.to_string();
        self.touch(&name);
        self.tables.insert(name, Entry::new(table));
    }

    /// Alters a table, if it is there.
    pub(crate) fn alter(&mut self, name: &TableName, alter: impl FnOnce(&mut Table)) {
        self.touch(&name.to_string());
        if let Some(entry) = self.tables.remove(&name.to_string()) {
            let mut table = entry.read().clone();
            alter(&mut table);
            self.put(table);
        }
    }

    pub(crate) fn remove(&mut self, name: &TableName) {
        self.tables.remove(&name.to_string());
    }

    /// A table that is known by nothing but a change that stands outside any history.
    pub(crate) fn assume(
        &mut self,
        name: &TableName,
        columns: impl IntoIterator<Item = ColumnDef>,
    ) {
        let mut table = Table::new(name.clone());
        for column in columns {
            table.add(column);
        }
        names::complete(&mut table);
        self.put(table);
    }

    /// The key that a foreign key of such a change points at: what is not stated is as it must be.
    pub(crate) fn assume_key<'a>(
        &mut self,
        target: &Reference,
        from: impl IntoIterator<Item = &'a Column>,
    ) {
        let columns = target.columns.iter().zip(from).map(|(to, from)| {
            let column = Column { name: to.clone(), ..from.clone() };
            ColumnDef { column, inline: Vec::new() }
        });
        self.assume(&target.table, columns);
        self.alter(&target.table, |table| {
            let rule = Rule::Unique(target.columns.clone());
            table.constraints.push(Constraint::of(rule, target.table.span()));
            names::complete(table);
        });
    }

    /// The column of a change that stands outside any history, as it states it.
    pub(crate) fn assume_target(&mut self, target: &Target) {
        let bare = || ColumnDef::bare(target.column().clone());
        self.assume(target.table(), [target.stated.clone().unwrap_or_else(bare)]);
    }

    /// Every table, read.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().map(Entry::read)
    }

    /// The tables whose text holds a word; only these are read.
    pub(crate) fn tables_that_mention<'a>(&'a self, word: &str) -> impl Iterator<Item = &'a Table> {
        // A name that is no word is written as a string, with its escapes.
        let string = format!("{word:?}");
        let escaped = string.trim_matches('"').to_owned();
        let mentions = move |entry: &&Entry| {
            entry.text.contains(word) || entry.text.contains(escaped.as_str())
        };
        self.tables.values().filter(mentions).map(Entry::read)
    }

    pub(crate) fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Holds an object until the present migration's contract.
    pub(crate) fn hold(&mut self, object: Object, role: Role) {
        self.holds.push(Hold { object, by: Author::Present, role });
    }

    /// Holds the columns that an expression of a trigger reads: the trigger would fail every write
    /// without them.
    pub(crate) fn hold_read(&mut self, name: &TableName, sql: &Sql) {
        let Some(table) = self.find(name) else { return };
        // The whole row goes by the table's name.
        let whole = sql.mentions(&table.name.name.text);
        let columns = table.columns.iter();
        let read = columns.filter(|column| whole || sql.mentions(&column.name.text));
        let objects: Vec<Object> = read.map(|column| Object::column(name, &column.name)).collect();
        for object in objects {
            self.hold(object, Role::Synced);
        }
    }

    /// Remembers what could not be read.
    pub(crate) fn leave_unread(&mut self, tokens: &TokenStream) {
        for token in tokens.clone() {
            match token {
                TokenTree::Group(group) => self.leave_unread(&group.stream()),
                TokenTree::Ident(word) => drop(self.unread.insert(word.unraw().to_string())),
                TokenTree::Literal(text) => {
                    let text = text.to_string();
                    self.unread.insert(text.trim_matches('"').to_owned());
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// Remembers that nothing of the schema is known.
    pub(crate) fn leave_all_unread(&mut self) {
        self.unread.insert(ANYTHING.into());
    }

    /// Whether a name that is missing may stand in a change that could not be read.
    pub(crate) fn may_be_unread(&self, name: &Name) -> bool {
        self.unread.contains(&name.text) || self.unread.contains(ANYTHING)
    }

    /// Who declared this migration's contract, if that is done.
    pub(crate) fn declared_by(&self, author: &Author) -> Option<&Author> {
        let contract = self.contracts.iter().find(|contract| contract.migration == *author)?;
        match &contract.contract {
            Release::By(author) => Some(author),
            Release::Absent | Release::Pending => None,
        }
    }

    /// Notes a table that the present migration has made.
    pub(crate) fn made_now(&mut self, table: &TableName) {
        self.fresh.insert(table.to_string());
    }

    /// Silences these rules for the present change.
    pub(crate) fn allow(&mut self, rules: &[String]) {
        self.allowed = rules.to_vec();
    }

    /// Whether the present change silences this rule.
    pub(crate) fn allows(&self, rule: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == rule)
    }

    /// Whether the present migration has made this table, so that no client uses it yet.
    pub(crate) fn is_fresh(&self, table: &TableName) -> bool {
        self.fresh.contains(&table.to_string())
    }
}
