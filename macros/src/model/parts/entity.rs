//! What a schema holds beside its tables: types, views, functions, policies and their like.

use crate::model::parts::definition::Definition;
use crate::model::parts::kind::Kind;
use crate::model::parts::object::Object;
use crate::syntax::objects::query::Query;
use crate::syntax::values::default::literal;
use crate::syntax::values::extension;
use crate::syntax::words::lexer::names;
use crate::syntax::words::name::{Name, TableName};

/// An object that is no table. It is kept as the statements that make it, because that is what
/// the server will be asked for.
#[derive(Clone)]
pub(crate) struct Entity {
    pub(crate) kind: Kind,
    /// Its name with its schema. What has no schema (an extension, a schema) has a name alone.
    pub(crate) name: TableName,
    /// The table that it belongs to: a trigger's, a policy's.
    pub(crate) on: Option<TableName>,
    /// The statements that make it from nothing.
    pub(crate) create: Vec<String>,
    /// What an operation has to know of it besides.
    pub(crate) definition: Definition,
}

impl Entity {
    /// An enum with its labels, and those of them that no row may hold any more.
    pub(crate) fn of_enum(name: TableName, labels: Vec<String>, gone: Vec<String>) -> Entity {
        let values: Vec<String> = labels.iter().map(|label| literal(label)).collect();
        let create = format!("create type {} as enum ({})", name.quoted(), values.join(", "));
        let definition = Definition::Enum { labels, gone };
        Entity { kind: Kind::Enum, name, on: None, create: vec![create], definition }
    }

    /// Tells whether it is a policy that lets rows through.
    pub(crate) fn is_permissive(&self) -> bool {
        matches!(self.definition, Definition::Policy { is_permissive: true })
    }

    /// The labels that PostgreSQL's type has.
    pub(crate) fn labels(&self) -> &[String] {
        match &self.definition {
            Definition::Enum { labels, .. } => labels,
            _ => &[],
        }
    }

    /// Those of them that have given way to others.
    pub(crate) fn gone_labels(&self) -> &[String] {
        match &self.definition {
            Definition::Enum { gone, .. } => gone,
            _ => &[],
        }
    }

    /// Those that a row may hold.
    pub(crate) fn live_labels(&self) -> Vec<String> {
        let gone = self.gone_labels();
        self.labels().iter().filter(|label| !gone.contains(label)).cloned().collect()
    }

    /// The types of a function's arguments, as SQL.
    pub(crate) fn signature(&self) -> &str {
        match &self.definition {
            Definition::Function { signature, .. } => signature,
            _ => "",
        }
    }

    /// The columns of a view, or those that a trigger lists.
    pub(crate) fn columns(&self) -> &[String] {
        match &self.definition {
            Definition::View { columns, .. } | Definition::Trigger { columns } => columns,
            _ => &[],
        }
    }

    /// The schema that an extension's objects are in.
    pub(crate) fn brought_into(&self) -> &str {
        match &self.definition {
            Definition::Extension { schema } => schema,
            _ => "public",
        }
    }

    /// Returns what a role may do, as it is written in a macro.
    pub(crate) fn privileges(&self) -> &[String] {
        match &self.definition {
            Definition::Grant { privileges } => privileges,
            _ => &[],
        }
    }

    /// How partitions come and go, as it is written in a macro.
    pub(crate) fn rule(&self) -> &str {
        match &self.definition {
            Definition::PartitionRule { written } => written,
            _ => "",
        }
    }

    /// One that is known by nothing but a change outside any history.
    pub(crate) fn assumed(kind: Kind, name: &TableName, on: Option<&TableName>) -> Self {
        let (name, on, definition) = (name.clone(), on.cloned(), Definition::Name);
        Entity { kind, name, on, create: Vec::new(), definition }
    }

    pub(crate) fn object(&self) -> Object {
        match self.kind {
            Kind::Function => Object::function(&self.name, self.signature()),
            Kind::Index => Object::index(&self.name, &self.name.name),
            kind => Object::entity(kind, &self.name, self.on.as_ref()),
        }
    }

    /// Tells whether `object` gives this, without writing its names.
    pub(crate) fn is(&self, object: &Object) -> bool {
        match (self.kind, object) {
            (Kind::Index, Object::Index(schema, name)) => {
                self.name.schema() == schema && self.name.name == **name
            }
            (Kind::Function, Object::Entity(Kind::Function, name, _)) => {
                let of = name.strip_suffix(')').and_then(|it| it.strip_suffix(self.signature()));
                of.and_then(|it| it.strip_suffix('(')).is_some_and(|it| self.name.is_written(it))
            }
            (Kind::Index | Kind::Function, _) => false,
            (kind, Object::Entity(of, name, on)) => {
                kind == *of && self.name.is_written(name) && self.is_on_written(on.as_deref())
            }
            _ => false,
        }
    }

    fn is_on_written(&self, on: Option<&str>) -> bool {
        match (&self.on, on) {
            (None, None) => true,
            (Some(table), Some(on)) => table.is_written(on),
            _ => false,
        }
    }

    /// Tells whether another has its name, so that there is room for one of them alone. Many are held
    /// against each other, and to write their names each time would be felt.
    pub(crate) fn is_named_as(&self, other: &Entity) -> bool {
        self.is_named(other.kind, &other.name, other.on.as_ref())
            && (self.kind != Kind::Function || self.signature() == other.signature())
    }

    /// Tells whether it is what a change names so. An index is known in its schema, whatever it is on.
    pub(crate) fn is_named(&self, kind: Kind, name: &TableName, on: Option<&TableName>) -> bool {
        self.kind == kind && self.name == *name && (kind == Kind::Index || self.on.as_ref() == on)
    }

    /// Tells whether it belongs to a table, a view, a function, and goes with it.
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

    /// Tells whether it is an extension that brings this type.
    pub(in crate::model) fn brings(&self, ty: &TableName) -> bool {
        self.kind == Kind::Extension && extension::brings(&self.name.name.text, &ty.name.text)
    }

    /// Tells whether raw SQL says something of another object, and goes with it.
    pub(crate) fn is_comment(&self) -> bool {
        let is_it = |sql: &String| names(sql).take(2).eq(["comment", "on"]);
        self.kind == Kind::Other && self.create.first().is_some_and(is_it)
    }

    /// Tells whether its definition names this: a table, a column, a function, another entity.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.create.iter().any(|sql| names(sql).any(|word| word == name))
    }

    /// Tells whether it needs this table, as far as names tell.
    pub(crate) fn needs(&self, table: &TableName) -> bool {
        self.on.as_ref() == Some(table)
            || match self.query() {
                Some(query) => query.sources().iter().any(|source| source.table == *table),
                None => self.kind != Kind::Index && self.mentions(&table.name.text),
            }
    }

    /// Tells whether it needs this entity, as far as names tell.
    pub(crate) fn uses(&self, needed: &Entity) -> bool {
        match needed.kind {
            Kind::View | Kind::MaterializedView => self.needs(&needed.name),
            // These have no name that anything could say.
            Kind::Trigger
            | Kind::Policy
            | Kind::RowSecurity
            | Kind::Index
            | Kind::ReplicaIdentity
            | Kind::PartitionRule
            | Kind::Grant => false,
            _ => self.mentions(&needed.name.name.text),
        }
    }

    /// The query of a view.
    pub(crate) fn query(&self) -> Option<Query> {
        match &self.definition {
            Definition::View { query, .. } => Some(Query::stored(query)),
            _ => None,
        }
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
        if let (Definition::Generated { column, .. }, Some(on)) = (&self.definition, &self.on) {
            return format!("drop_generated!({on}.{});", Name::new(column.as_str()));
        }
        match self.kind {
            Kind::View => format!("replace_view!({name}, \"…\"); or drop_view!({name});"),
            Kind::Function => format!("replace_function!({name}(…) …);"),
            Kind::Trigger => format!("replace_trigger!({name}{on}, …);"),
            Kind::Policy => format!("replace_policy!({name}{on}, …);"),
            Kind::Other => {
                let made = self.create.first().map_or("", String::as_str);
                let head: Vec<&str> = made.split_whitespace().take(4).collect();
                format!("sql!(up = \"drop …; create …\", …); for `{} …`", head.join(" "))
            }
            _ => self.drop_macro(),
        }
    }
}
