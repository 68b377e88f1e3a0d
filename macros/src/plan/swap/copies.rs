//! What a column that takes another's place takes over from it: constraints and indexes, exactly.
//!
//! Each copy has a name of its own until the contract, when the original's is free.

use crate::model::names;
use crate::plan::safe::attach;
use crate::plan::sql::ddl;
use crate::plan::sql::index;
use crate::plan::{Index as PlannedIndex, Statement, Step};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct Copies {
    /// The primary key, whose copy is a unique index until it takes the key's place.
    key: Option<Copied<Constraint>>,
    constraints: Vec<Copied<Constraint>>,
    indexes: Vec<Copied<Index>>,
}

struct Copied<T> {
    /// The original's name, and the copy's in the end.
    name: Name,
    temporary: Name,
    object: T,
}

impl Copies {
    pub(crate) fn of(table: &Table, old: &Name, new: &Name) -> Self {
        let is_key = |item: &&Constraint| matches!(item.rule, Rule::PrimaryKey(_));
        let key = table.primary_key().filter(|item| item.needs(&old.text));
        let constraints = table.constraints.iter().filter(|item| item.needs(&old.text));
        let indexes = table.indexes.iter().filter(|item| item.needs(&old.text));
        let copied = |name: &Option<Name>| {
            let name = name.clone()?;
            Some((names::copy(&table.name, &name), name))
        };
        let copy = |item: &Constraint| {
            let (temporary, name) = copied(&item.name)?;
            Some(Copied { name, temporary, object: item.with_column(old, new) })
        };
        Copies {
            key: key.and_then(copy),
            constraints: constraints.filter(|item| !is_key(item)).filter_map(copy).collect(),
            indexes: indexes
                .filter_map(|item| {
                    let (temporary, name) = copied(&item.name)?;
                    Some(Copied { name, temporary, object: item.with_column(old, new) })
                })
                .collect(),
        }
    }

    /// The steps that make the copies, once every row is filled.
    pub(crate) fn steps(&self, table: &TableName) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(index) = self.key_index(table) {
            steps.push(Step::build_index("becomes the primary key's at the switch", index));
        }
        for item in &self.constraints {
            let name = Some(item.temporary.clone());
            steps.extend(attach::steps(table, &Constraint { name, ..item.object.clone() }));
        }
        for item in &self.indexes {
            let name = Some(item.temporary.clone());
            let index = index::concurrent(table, &Index { name, ..item.object.clone() });
            steps.push(Step::build_index(format!("the new column's `{}`", item.name), index));
        }
        steps
    }

    /// The index that is the primary key's copy.
    pub(crate) fn key_index(&self, table: &TableName) -> Option<PlannedIndex> {
        let key = self.key.as_ref()?;
        Some(index::concurrent(
            table,
            &attach::index_of(&key.object, &key.temporary, key.object.columns()),
        ))
    }

    pub(crate) fn key_name(&self) -> Option<Name> {
        self.key.as_ref().map(|key| key.temporary.clone())
    }

    /// The copies of foreign keys that point at this table.
    pub(crate) fn pointing_at<'a>(
        &'a self,
        parent: &'a TableName,
    ) -> impl Iterator<Item = Constraint> + 'a {
        let pointing = self.constraints.iter().filter(|item| item.object.parent() == Some(parent));
        pointing
            .map(|item| Constraint { name: Some(item.temporary.clone()), ..item.object.clone() })
    }

    /// Points the copies of foreign keys at the column that takes the place of the one that they
    /// point at.
    pub(crate) fn point_at(&mut self, parent: &TableName, old: &Name, new: &Name) {
        for item in &mut self.constraints {
            let Rule::ForeignKey { target, .. } = &mut item.object.rule else { continue };
            if target.table == *parent {
                for column in target.columns.iter_mut().filter(|column| *column == old) {
                    *column = new.clone();
                }
            }
        }
    }

    /// The statements that give the copies their names, once the originals are gone.
    pub(crate) fn rename(&self, table: &TableName) -> Vec<Statement> {
        let constraints = self
            .constraints
            .iter()
            .map(|item| ddl::rename_constraint(table, &item.temporary, &item.name));
        let indexes =
            self.indexes.iter().map(|item| ddl::rename_index(table, &item.temporary, &item.name));
        let why = "the original went with its column";
        constraints.chain(indexes).map(|rename| rename.why(why)).collect()
    }

    /// The statements that free the names of the originals that stay, where these live on under
    /// other names.
    pub(crate) fn retire(&self, table: &TableName) -> Vec<Statement> {
        let rename = self.renames(table, |name| (name.clone(), names::retired(table, name)));
        let rename = rename.map(|rename| rename.why("makes room; it goes with the old column"));
        let drop = self.indexes.iter().filter(|item| refuses_nulls(&item.object)).map(|item| {
            let name = Some(item.name.clone());
            index::drop_blocking(table, &Index { name, ..item.object.clone() })
                .why("it might take two values that the old type has no room for as one")
        });
        rename.chain(drop).collect()
    }

    /// The indexes of the retired column that were dropped, to be built again under the names from
    /// which they are restored.
    pub(crate) fn dropped(
        &self,
        table: &TableName,
        replacing: &Name,
        retired: &Name,
    ) -> Vec<PlannedIndex> {
        let dropped = self.indexes.iter().filter(|item| refuses_nulls(&item.object));
        dropped
            .map(|item| {
                let name = Some(names::retired(table, &item.name));
                let object = item.object.with_column(replacing, retired);
                index::concurrent(table, &Index { name, ..object })
            })
            .collect()
    }

    /// Gives those their names back.
    pub(crate) fn restore(&self, table: &TableName) -> Vec<Statement> {
        let dropped = self.indexes.iter().filter(|item| refuses_nulls(&item.object));
        let built = dropped
            .map(|item| ddl::rename_index(table, &names::retired(table, &item.name), &item.name));
        let back = |name: &Name| (names::retired(table, name), name.clone());
        self.renames(table, back).chain(built).collect()
    }

    /// Takes the originals' names from the copies again, but for the foreign keys that were
    /// dropped: those that point at such a table.
    pub(crate) fn unname(
        &self,
        table: &TableName,
        is_dropped: impl Fn(&TableName) -> bool,
    ) -> Vec<Statement> {
        let stays = |item: &&Copied<Constraint>| !item.object.parent().is_some_and(&is_dropped);
        let constraints = self
            .constraints
            .iter()
            .filter(stays)
            .map(|item| ddl::rename_constraint(table, &item.name, &item.temporary));
        let indexes =
            self.indexes.iter().map(|item| ddl::rename_index(table, &item.name, &item.temporary));
        constraints.chain(indexes).collect()
    }

    /// Renames the originals of unique constraints and of indexes, where they stay.
    fn renames(
        &self,
        table: &TableName,
        name: impl Fn(&Name) -> (Name, Name),
    ) -> impl Iterator<Item = Statement> {
        let unique = |item: &&Copied<Constraint>| matches!(item.object.rule, Rule::Unique(_));
        let constraints = self.constraints.iter().filter(unique).map(|item| {
            let (from, to) = name(&item.name);
            ddl::rename_constraint(table, &from, &to)
        });
        let stays = |item: &&Copied<Index>| !refuses_nulls(&item.object);
        let indexes = self.indexes.iter().filter(stays).map(|item| {
            let (from, to) = name(&item.name);
            ddl::rename_index(table, &from, &to)
        });
        constraints.chain(indexes).collect::<Vec<_>>().into_iter()
    }

    /// The names of the indexes and of their copies, those of constraints included.
    pub(crate) fn index_names(&self) -> Vec<(Name, Name)> {
        let unique = |item: &&Copied<Constraint>| matches!(item.object.rule, Rule::Unique(_));
        let constraints = self.constraints.iter().filter(unique);
        let constraints = constraints.map(|item| (item.name.clone(), item.temporary.clone()));
        let indexes = self.indexes.iter().map(|item| (item.name.clone(), item.temporary.clone()));
        let key = self.key.iter().map(|item| (item.name.clone(), item.temporary.clone()));
        key.chain(constraints).chain(indexes).collect()
    }

    /// The names of those that rows may be known by, and of their copies.
    pub(crate) fn key_names(&self) -> Vec<(Name, Name)> {
        let pair = |name: &Name, temporary: &Name| (name.clone(), temporary.clone());
        let constraints = self.constraints.iter().filter(|item| item.object.key().is_some());
        let indexes = self.indexes.iter().filter(|item| item.object.is_key());
        let constraints = constraints.map(|item| pair(&item.name, &item.temporary));
        constraints.chain(indexes.map(|item| pair(&item.name, &item.temporary))).collect()
    }

    pub(crate) fn constraint_names(&self) -> Vec<(Name, Name)> {
        self.constraints.iter().map(|item| (item.name.clone(), item.temporary.clone())).collect()
    }

    /// The tables that the foreign keys among them point at.
    pub(crate) fn parents(&self) -> Vec<TableName> {
        self.constraints.iter().filter_map(|item| item.object.parent().cloned()).collect()
    }

    /// The columns of each unique constraint or index among them, where columns are all it has.
    pub(crate) fn unique_keys(&self) -> Vec<Vec<Name>> {
        let constraints = self.constraints.iter().filter_map(|item| match &item.object.rule {
            Rule::Unique(columns) => Some(columns.clone()),
            _ => None,
        });
        let indexes = self.indexes.iter().filter(|item| item.object.unique);
        let indexes = indexes.filter(|item| item.object.expressions().next().is_none());
        let key = self.key.iter().map(|item| item.object.columns().to_vec());
        key.chain(constraints)
            .chain(indexes.map(|item| item.object.key_columns().cloned().collect()))
            .collect()
    }

    /// Tells whether a unique index is among them that has more than columns.
    pub(crate) fn has_unique_expression(&self) -> bool {
        let mut unique = self.indexes.iter().filter(|item| item.object.unique);
        unique.any(|item| item.object.expressions().next().is_some())
    }

    /// Puts the copies in the place of the originals.
    pub(crate) fn replace(self, table: &mut Table, old: &Name) {
        table.constraints.retain(|item| !item.needs(&old.text));
        table.indexes.retain(|item| !item.needs(&old.text));
        table
            .constraints
            .extend(self.key.into_iter().chain(self.constraints).map(|item| item.object));
        table.indexes.extend(self.indexes.into_iter().map(|item| item.object));
    }
}

/// Tells whether a unique index may take two NULLs as equal: one on bare columns does not.
fn refuses_nulls(index: &Index) -> bool {
    index.unique && (index.nulls_not_distinct || index.expressions().next().is_some())
}
