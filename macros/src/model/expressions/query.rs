//! What the query of a view may read.

use crate::diag::Errors;
use crate::model::lookup::{report, use_successor};
use crate::model::{Kind, Object, Role, Schema};
use crate::syntax::objects::query::Query;
use crate::syntax::words::name::TableName;

impl Schema {
    /// Reports what a query reads and is not there, or on its way out.
    pub(crate) fn query(&self, query: &Query, errors: &mut Errors) {
        if self.is_assumed {
            return;
        }
        for source in query.sources() {
            let name = &source.table;
            let claim = Object::table(name).at(query.span);
            if self.is_readable(name) || self.retiring(&claim, errors) {
                continue;
            }
            let views = self.entities.of_kinds(Kind::is_relation);
            let views: Vec<String> = views.map(|entity| entity.name.to_string()).collect();
            let names = self.table_names().chain(views.iter().map(String::as_str));
            errors
                .at(query.span, format_args!("there is no table or view `{name}`"))
                .nearest(&name.to_string(), names);
        }
        let holds = self.all_holds().into_iter();
        for hold in holds.filter(|hold| matches!(hold.role, Role::Retiring { .. })) {
            let Object::Column(table, column) = &hold.object else { continue };
            let Some(name) = TableName::read(table) else { continue };
            let has = |table: &TableName| {
                self.find(table).is_some_and(|table| table.column(column).is_some())
            };
            if !has(&name) && query.reads(&name, column, has) {
                use_successor(hold, report(hold, query.span, errors));
            }
        }
    }

    /// Tells whether a query may read it: a table or view of the model, or of PostgreSQL's own.
    fn is_readable(&self, name: &TableName) -> bool {
        let is_catalog = name.name.text.starts_with("pg_") && name.schema.is_none();
        is_catalog
            || matches!(name.schema(), "pg_catalog" | "information_schema")
            || self.find(name).is_some()
            || self.may_be_unread(&name.name)
            || self.is_made_in_baseline(name)
            || self.entities.named(name).any(|entity| entity.kind.is_relation())
    }
}
