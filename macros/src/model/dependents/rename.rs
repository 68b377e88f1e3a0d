//! What a table's new name changes in the model, beside the table.

use crate::model::parts::kind::Kind;
use crate::model::{Entry, Schema};
use crate::syntax::tables::constraint::Rule;
use crate::syntax::tables::table::Table;
use crate::syntax::words::lexer::with_table;
use crate::syntax::words::name::TableName;

impl Schema {
    /// Gives a table another name. PostgreSQL's objects know a table by its identity and follow;
    /// the text of a function knows it by its name and does not.
    pub(crate) fn rename_table(&mut self, from: &TableName, to: &TableName) {
        let Some(mut table) = self.find(from).cloned() else { return };
        self.remove(from);
        // What it has is not new under its new name.
        self.touched.entry(to.to_string()).or_insert_with(|| Some(table.clone()));
        table.name = to.clone();
        for sql in table.expressions_mut() {
            sql.text = with_table(&sql.text, from, to);
        }
        self.put(table);
        self.point_at(from, to);
        self.entities.alter(
            |entity| entity.kind != Kind::Function,
            |entity| {
                // What a table has one of has its name.
                if entity.on.as_ref() == Some(from) && entity.name == *from {
                    entity.name = to.clone();
                }
                if entity.on.as_ref() == Some(from) {
                    entity.on = Some(to.clone());
                }
                for text in entity.create.iter_mut().chain(entity.definition.text_mut()) {
                    *text = with_table(text, from, to);
                }
            },
        );
    }

    /// Foreign keys point at the table under its new name.
    fn point_at(&mut self, from: &TableName, to: &TableName) {
        let pointing = self.tables_pointing_at(from).filter(|table| table.points_at(from, None));
        for mut table in pointing.cloned().collect::<Vec<Table>>() {
            for constraint in &mut table.constraints {
                if let Rule::ForeignKey { target, .. } = &mut constraint.rule
                    && target.table == *from
                {
                    target.table = to.clone();
                }
            }
            self.tables.insert(table.name.to_string(), Entry::new(table));
        }
    }
}
