//! `create_materialized_view!(totals, "select …", unique(id))`: catalog H2. Made empty, and filled
//! where no lock is held that a client could wait for.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::plan::objects::materialized;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::view::MaterializedView;
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::Name;

pub(crate) struct CreateMaterializedView {
    view: MaterializedView,
}

impl Operation for CreateMaterializedView {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let mut view = MaterializedView::parse(input, errors)?;
        for index in &mut view.indexes {
            let name = || Name { text: names::index(&view.name, index), span: view.name.span() };
            index.name = Some(index.name.clone().unwrap_or_else(name));
        }
        Ok(CreateMaterializedView { view })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        let name = &self.view.name;
        let indexes = self.index_names().map(|index| Object::index(name, index).at(index.span));
        let view = Object::entity(Kind::MaterializedView, name, None).at(name.span());
        [view].into_iter().chain(indexes).collect()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        schema.name_is_free(Kind::MaterializedView, &self.view.name, errors);
        schema.query(&self.view.query, errors);
        if !schema.is_baseline {
            self.view.check_unique(errors);
        }
        self.check_indexes(schema, errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let name = &self.view.name;
        let why = "made empty at once; no client uses it yet";
        let create = Step::transaction(Phase::Expand, why, materialized::create_empty(&self.view));
        let why = "runs the query, which may take long, and blocks neither reads nor writes of the tables that it reads";
        let fill = Step::new(Phase::Migrate, why, materialized::fill(name));
        Plan::of(vec![create.undo(vec![materialized::drop(name)]), fill])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(materialized::entity(&self.view));
        for index in &self.view.indexes {
            materialized::put_index(schema, &self.view.name, index.clone());
        }
    }
}

impl CreateMaterializedView {
    fn index_names(&self) -> impl Iterator<Item = &Name> {
        self.view.indexes.iter().filter_map(|index| index.name.as_ref())
    }

    fn check_indexes(&self, schema: &Schema, errors: &mut Errors) {
        let mut table = Table::new(self.view.name.clone());
        let columns = self.view.column_names().into_iter();
        columns.for_each(|name| table.add(ColumnDef::bare(Name::new(name))));
        for index in &self.view.indexes {
            schema.expressions_of_index(index, &table, errors);
        }
        for (at, name) in self.index_names().enumerate() {
            if self.index_names().take(at).any(|other| other == name) {
                errors.at(name.span, format_args!("name `{name}` is given twice"));
            } else if let Some(taken) = schema.relation(&table.name, &name.text) {
                errors.at(name.span, format_args!("{taken} exists already"));
            }
        }
    }
}
