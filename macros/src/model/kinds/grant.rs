//! Privileges: an entity for each role and object, which says what the role may do.

use crate::diag::Errors;
use crate::model::kinds::grant_text;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Object, Schema};
use crate::syntax::objects::grant::{Grant, Kind as On, Privilege, Target};
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::words::name::{ColumnName, Name, TableName};

impl Target {
    /// The name that the model knows it by: functions with their signature, schemas apart.
    pub(crate) fn key(&self) -> TableName {
        let mut key = self.name.clone();
        match (self.kind, self.signature()) {
            (On::Schema, _) => key.name.text = format!("schema {}", key.name.text),
            (_, Some(types)) => key.name.text = format!("{}({types})", key.name.text),
            _ => {}
        }
        key
    }
}

/// Returns what a role has on an object.
pub(crate) fn object(role: &Name, target: &Target) -> Object {
    Object::entity(Kind::Grant, &name(role), Some(&target.key()))
}

/// Tells whether the role may do all that there is to do with it without being told.
fn is_default(role: &Name, target: &Target) -> bool {
    target.kind == On::Function && *role == *"public"
}

fn name(role: &Name) -> TableName {
    TableName { schema: None, name: role.clone() }
}

impl Schema {
    /// Reports what a grant names and is not there.
    pub(crate) fn grant(&self, grant: &Grant, errors: &mut Errors) {
        let target = &grant.target;
        match (target.kind, &target.types) {
            (On::Table, _) => self.grant_on_table(grant, errors),
            (On::Sequence, _) => drop(self.entity(Kind::Sequence, &target.name, None, errors)),
            (On::Function, types) => {
                self.function(&target.name, types.as_deref().unwrap_or_default(), errors);
            }
            // A schema that no migration makes is a schema all the same.
            (On::Schema, _) => {}
        }
    }

    fn grant_on_table(&self, grant: &Grant, errors: &mut Errors) {
        let target = &grant.target;
        let is_view = [Kind::View, Kind::MaterializedView]
            .into_iter()
            .any(|kind| self.find_entity(kind, &target.name, None).is_some());
        if is_view {
            return;
        }
        let Some(table) = self.table(&target.name, errors) else { return };
        for column in grant.privileges.iter().filter_map(|privilege| privilege.column.as_ref()) {
            self.column_of(table, column, errors);
        }
    }

    /// Assumes what a grant outside any history says of the schema.
    pub(crate) fn assume_granted(&mut self, grant: &Grant) {
        let target = &grant.target;
        match (target.kind, target.signature()) {
            (On::Table, _) => {
                let columns =
                    grant.privileges.iter().filter_map(|privilege| privilege.column.clone());
                self.assume(&target.name, columns.map(ColumnDef::bare));
            }
            (On::Sequence, _) => {
                self.put_entity(Entity::assumed(Kind::Sequence, &target.name, None));
            }
            (On::Function, types) => {
                let types = types.unwrap_or_default();
                self.put_entity(Entity::assumed_function(&target.name, types, ""));
            }
            (On::Schema, _) => {}
        }
    }

    /// Returns what a role has on an object, as it is written in a macro.
    pub(crate) fn privileges(&self, role: &Name, target: &Target) -> Vec<String> {
        let found = self.find_entity(Kind::Grant, &name(role), Some(&target.key()));
        match found {
            Some(entity) => entity.privileges().to_vec(),
            // Everybody may call a function unless told otherwise (manual, "Privileges").
            None if is_default(role, target) => vec!["execute".into()],
            None => Vec::new(),
        }
    }

    /// Those of the privileges that the role has, or has not.
    pub(crate) fn held(
        &self,
        role: &Name,
        target: &Target,
        privileges: &[Privilege],
        wanted: bool,
    ) -> Vec<Privilege> {
        let has = self.privileges(role, target);
        let is_held = |privilege: &&Privilege| has.contains(&privilege.to_string()) == wanted;
        privileges.iter().filter(is_held).cloned().collect()
    }

    /// Gives a role privileges in the model, or takes them away.
    pub(crate) fn set_privileges(&mut self, grant: &Grant, given: bool) {
        for role in &grant.roles {
            let mut privileges = self.privileges(role, &grant.target);
            let words: Vec<String> = grant.privileges.iter().map(Privilege::to_string).collect();
            privileges.retain(|privilege| !words.contains(privilege));
            if given {
                privileges.extend(words);
            }
            self.put_privileges(role, &grant.target, privileges);
        }
    }

    /// Reports privileges on a column that another is to take the place of: nothing carries them
    /// over.
    pub(crate) fn has_no_privileges(&self, column: &ColumnName, errors: &mut Errors) {
        let end = format!("({})", column.name);
        let grants = self.entities(Kind::Grant).filter(|it| it.on.as_ref() == Some(&column.table));
        for grant in grants {
            let (role, table) = (&grant.name, &column.table);
            for one in grant.privileges().iter().filter(|one| one.ends_with(&end)) {
                errors
                    .at(
                        column.name.span,
                        format_args!("`{role}` has privileges on column `{column}` alone"),
                    )
                    .help(format_args!(
                        "revoke!({one} on {table} from {role}); first, and contract that"
                    ))
                    .note("the new column would not have them");
            }
        }
    }

    /// Takes privileges on a column away with it.
    pub(crate) fn revoke_column(&mut self, table: &TableName, column: &Name) {
        let on_table =
            |entity: &&Entity| entity.kind == Kind::Grant && entity.on.as_ref() == Some(table);
        let of_column = |privilege: &String| privilege.ends_with(&format!("({column})"));
        let found: Vec<(Name, Vec<String>)> = (self.entities.iter().filter(on_table))
            .filter(|entity| entity.privileges().iter().any(of_column))
            .map(|entity| (entity.name.name.clone(), entity.privileges().to_vec()))
            .collect();
        let target = Target { kind: On::Table, name: table.clone(), types: None };
        for (role, mut privileges) in found {
            privileges.retain(|privilege| !of_column(privilege));
            self.put_privileges(&role, &target, privileges);
        }
    }

    fn put_privileges(&mut self, role: &Name, target: &Target, mut privileges: Vec<String>) {
        privileges.sort();
        privileges.dedup();
        let (name, on) = (name(role), target.key());
        self.entities.remove(&name, |entity| entity.is_named(Kind::Grant, &name, Some(&on)));
        let create = match (is_default(role, target), privileges.is_empty()) {
            (true, true) => vec![grant_text::revoke_execute(target, role)],
            (false, false) => vec![grant_text::of_privileges(&privileges, target, role)],
            _ => return,
        };
        let definition = Definition::Grant { privileges };
        self.put_entity(Entity { kind: Kind::Grant, name, on: Some(on), create, definition });
    }
}
