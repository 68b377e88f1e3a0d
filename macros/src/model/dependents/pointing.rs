//! Which columns point at a column.

use crate::model::Schema;
use crate::syntax::words::name::ColumnName;

impl Schema {
    /// The columns whose foreign keys point at a column, and those that point at them in their turn.
    pub(crate) fn columns_pointing_at(&self, column: &ColumnName) -> Vec<ColumnName> {
        let mut found = vec![column.clone()];
        let mut at = 0;
        while let Some(to) = found.get(at).cloned() {
            for table in self.tables_pointing_at(&to.table) {
                for name in table.columns_pointing_at(&to) {
                    let from = ColumnName { table: table.name.clone(), name: name.clone() };
                    if !found.iter().any(|one| one.table == from.table && one.name == from.name) {
                        found.push(from);
                    }
                }
            }
            at += 1;
        }
        found.split_off(1)
    }
}
