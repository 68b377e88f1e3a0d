//! The schema before or after a change.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;

use crate::model::chain::entities::Entities;
use crate::model::chain::entry::Entry;
use crate::model::chain::past::Past;
use crate::model::chain::settled::Settled;
use crate::model::chain::tables::Tables;
use crate::model::names;
use crate::model::parts::hold::{Author, Release, Role, Waiting};
use crate::model::parts::object::{Claim, Hold, Object};
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::reference::Reference;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;
use crate::syntax::words::target::Target;

/// The schema before or after a change.
///
/// A table is read only when a change touches it: users build proc macros without optimisation,
/// and a history of hundreds of migrations must not be felt.
#[derive(Default)]
pub(crate) struct Schema {
    /// The migrations so far, the oldest first, without the present one.
    pub(crate) history: Past,
    /// The migrations that the first of them has taken the place of, each of which has a place all the
    /// same: names that we derive must not change.
    pub(crate) squashed: Vec<String>,
    /// The migrations so far that have something to contract, but for those that are settled.
    pub(crate) contracts: Vec<Waiting>,
    pub(crate) holds: Vec<Hold>,
    /// The others, with what they hold.
    pub(in crate::model) settled: Settled,
    /// The words of changes that could not be read or done. A name among them that is missing later
    /// may be their doing: that mistake is reported, and what follows from it is not.
    pub(crate) unread: BTreeSet<String>,
    pub(in crate::model) tables: Tables,
    pub(in crate::model) entities: Entities,
    /// The tables that the present migration makes: no client uses them yet.
    pub(in crate::model) fresh: BTreeSet<String>,
    /// What the baselines just before the present migration make: if that is one, too, they are one
    /// in several files.
    pub(in crate::model) inherited: BTreeSet<String>,
    /// Whether the migration just before is a baseline.
    pub(crate) is_behind_baseline: bool,
    /// The tables that the present change has touched, as it found them.
    pub(in crate::model) touched: BTreeMap<String, Option<Table>>,
    /// The same of the present migration.
    pub(in crate::model) found: BTreeMap<String, Option<Table>>,
    /// The rules that the present change silences.
    pub(in crate::model) allowed: Vec<String>,
    /// Whether it holds nothing but what a change outside any history says.
    pub(crate) is_assumed: bool,
    /// Whether the present migration is a baseline: what it makes may be there already, and is not
    /// advised against.
    pub(crate) is_baseline: bool,
}

/// Stands for every word; no name is like it.
const ANYTHING: &str = "*";

impl Schema {
    /// The table, if it is there.
    pub(crate) fn find(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(&name.to_string()).map(Entry::read)
    }

    /// The place of the present migration in its history, counted from 1.
    pub(crate) fn place(&self) -> usize {
        self.history.len() + self.squashed.len().max(1)
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
        if let Some(mut table) = self.find(name).cloned() {
            alter(&mut table);
            self.put(table);
        }
    }

    pub(crate) fn remove(&mut self, name: &TableName) {
        self.touch(&name.to_string());
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
        self.tables.iter().map(|(_, entry)| entry.read())
    }

    /// The tables whose text holds a word; only these are read.
    pub(crate) fn tables_that_mention<'a>(&'a self, word: &str) -> impl Iterator<Item = &'a Table> {
        // A name that is no word is written as a string, with its escapes.
        let string = format!("{word:?}");
        let escaped = string.trim_matches('"').to_owned();
        let mentions = move |entry: &&Entry| {
            entry.text.contains(word) || entry.text.contains(escaped.as_str())
        };
        self.tables.iter().map(|(_, entry)| entry).filter(mentions).map(Entry::read)
    }

    /// The tables that have this name, or an index or a constraint with an index that has it. In
    /// whatever schema: only these are read.
    pub(crate) fn tables_with_relation<'a>(
        &'a self,
        name: &str,
    ) -> impl Iterator<Item = &'a Table> + use<'a> {
        self.tables.with_relation(name).map(Entry::read)
    }

    /// The tables with foreign keys that point at a table; only these are read.
    pub(crate) fn tables_pointing_at<'a>(
        &'a self,
        table: &TableName,
    ) -> impl Iterator<Item = &'a Table> + use<'a> {
        self.tables.pointing_at(&table.to_string()).map(Entry::read)
    }

    /// The tables with a constraint that is not valid; only these are read.
    pub(crate) fn unproved_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.unproved().map(Entry::read)
    }

    pub(crate) fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.names()
    }

    /// All holds, those of the oldest migrations first.
    pub(in crate::model) fn all_holds(&self) -> Vec<&Hold> {
        let mut all: Vec<&Hold> = self.settled.holds().collect();
        if !all.is_empty() {
            let names = self.history.names();
            let place = |hold: &Hold| match &hold.by {
                Author::Earlier(by) => names.iter().position(|name| name == by),
                Author::Present => Some(names.len()),
            };
            all.extend(&self.holds);
            all.sort_by_cached_key(|hold| place(hold));
            return all;
        }
        self.holds.iter().collect()
    }

    /// Knows again of a contract what was settled.
    pub(crate) fn unsettle(&mut self, author: &Author) {
        self.contracts.extend(self.settled.contract(author).cloned());
    }

    /// Holds an object until the present migration's contract.
    pub(crate) fn hold(&mut self, object: Object, role: Role) {
        self.holds.push(Hold { object, by: Author::Present, role });
    }

    /// Holds the columns that an expression of a trigger reads, and remembers what else it names: the
    /// trigger would fail every write without them.
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
        self.hold_used(name, sql);
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

    /// Tells whether a name that is missing may stand in a change that could not be read.
    pub(crate) fn may_be_unread(&self, name: &Name) -> bool {
        self.unread.contains(&name.text) || self.unread.contains(ANYTHING)
    }

    /// Returns who declared this migration's contract, if that is done.
    pub(crate) fn declared_by(&self, author: &Author) -> Option<&Author> {
        let open = self.contracts.iter().find(|contract| contract.migration == *author);
        let contract = open.or_else(|| self.settled.contract(author))?;
        match &contract.contract {
            Release::By(author) => Some(author),
            Release::Absent | Release::Pending => None,
        }
    }

    /// Notes a table that the present migration has made.
    pub(crate) fn made_now(&mut self, table: &TableName) {
        self.fresh.insert(table.to_string());
    }

    /// Makes the present migration a baseline, which goes on with those just before it.
    pub(crate) fn begin_baseline(&mut self) {
        self.is_baseline = true;
        self.fresh.append(&mut self.inherited);
    }

    /// Notes all that a change of a baseline has made: what completes it is done at once.
    pub(crate) fn made_by(&mut self, claims: &[Claim]) {
        let names = claims.iter().filter_map(|claim| match &claim.object {
            Object::Table(name) | Object::Entity(_, name, None) => Some(name.clone()),
            _ => None,
        });
        self.fresh.extend(names);
    }

    /// Tells whether the present migration has made this, by its name in SQL.
    pub(crate) fn is_made_now(&self, quoted: &str) -> bool {
        let name = |name: &String| TableName::read(name);
        self.fresh.iter().any(|made| name(made).is_some_and(|made| made.quoted() == quoted))
    }

    /// Tells whether the present migration makes what a part, a column for example, is a part of.
    pub(crate) fn makes_whole_of(&self, part: &Object) -> bool {
        match part {
            Object::Table(table) | Object::Column(table, _) | Object::Constraint(table, _) => {
                self.fresh.contains(table)
            }
            // A value has its enum in front.
            Object::Entity(_, name, None) => {
                let is_of = |whole: &String| {
                    let rest = name.strip_prefix(whole.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                };
                self.fresh.iter().any(is_of)
            }
            Object::Index(..) | Object::Entity(..) => true,
        }
    }

    /// Silences these rules for the present change.
    pub(crate) fn allow(&mut self, rules: &[String]) {
        self.allowed = rules.to_vec();
    }

    /// Tells whether the present change may break this rule.
    pub(crate) fn allows(&self, rule: &str) -> bool {
        self.is_baseline || self.is_silenced(rule)
    }

    /// Tells whether the present change says that it may.
    pub(crate) fn is_silenced(&self, rule: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == rule)
    }

    /// Tells whether the present migration has made this table, so that no client uses it yet.
    pub(crate) fn is_fresh(&self, table: &TableName) -> bool {
        self.fresh.contains(&table.to_string())
    }
}
