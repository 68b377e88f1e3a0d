//! How much of a table is room that its rows do not need.

use crate::lock::RunSession;
use crate::outcome::error::Error;
use crate::session::sql::quote_literal;
use crate::work::fill::heap::Leaf;

/// How many pages the sample has, about: an error of some percent.
const SAMPLE: f64 = 3000.0;

/// What a page has for rows and their line pointers.
///
/// PostgreSQL manual, section "Database Page Layout".
const PAGE_HEADER: u32 = 24;

/// A table as it may be written: a column that no trigger lists, and what a row takes.
pub(super) struct Shape {
    /// The column, quoted, that is set to itself.
    pub(super) column: String,
    /// The bytes of a row's values, without what is stored elsewhere.
    pub(super) width: String,
    /// What a page holds before rows go to another.
    room: u32,
}

/// The pages that a table has and those that its rows need.
#[derive(Clone, Copy)]
pub(super) struct Pages {
    pub(super) has: u32,
    pub(super) needs: u32,
}

impl Pages {
    /// Returns what could be given back, in percent.
    pub(super) fn gain(self) -> u64 {
        let spare = u64::from(self.has.saturating_sub(self.needs));
        (spare * 100).checked_div(u64::from(self.has)).unwrap_or_default()
    }
}

impl Shape {
    /// Asks the catalogs; none where no column can be set to itself unseen.
    pub(super) async fn of(
        session: &mut RunSession<'_>,
        leaf: &Leaf,
    ) -> Result<Option<Shape>, Error> {
        let rows = session.query(&shape_sql(leaf)).await?;
        let shape = rows.iter().next().and_then(|row| {
            Some(Shape {
                column: row.get(0)?.to_owned(),
                width: row.get(1)?.to_owned(),
                room: row.number(2)?,
            })
        });
        Ok(shape)
    }

    /// Asks a sample of the pages what their rows take.
    pub(super) async fn pages(
        &self,
        session: &mut RunSession<'_>,
        leaf: &Leaf,
    ) -> Result<Pages, Error> {
        let (name, width) = (&leaf.name, &self.width);
        let size = format!(
            "select pg_catalog.pg_relation_size({}::oid) / pg_catalog.current_setting('block_size')::bigint",
            quote_literal(&leaf.oid.to_string())
        );
        let has: u32 = session
            .query(&size)
            .await?
            .value()
            .and_then(|pages| pages.parse().ok())
            .unwrap_or_default();
        let percent = (SAMPLE * 100.0 / f64::from(has.max(1))).clamp(0.001, 100.0);
        // A row has its header in front and is aligned; its line pointer takes four bytes.
        let sql = format!(
            "select pg_catalog.ceil(coalesce(pg_catalog.sum((24 + ({width}) + 7) / 8 * 8 + 4), 0) \
             * 100 / {percent} / {room})::bigint from only {name} tablesample system ({percent})",
            room = self.room
        );
        let rows = session.query_with_rows(&sql, &sql).await?;
        let needs = rows.value().and_then(|pages| pages.parse().ok()).unwrap_or(u32::MAX);
        Ok(Pages { has, needs })
    }
}

/// A column of a fixed length comes first: it is set to itself at the least cost. What is larger than a
/// quarter of a page stands outside the row, and a pointer in it.
///
/// PostgreSQL manual, section "TOAST".
fn shape_sql(leaf: &Leaf) -> String {
    let oid = leaf.oid;
    format!(
        "with columns as (select a.*, pg_catalog.quote_ident(a.attname) as name \
         from pg_catalog.pg_attribute a \
         where a.attrelid = {oid} and a.attnum > 0 and not a.attisdropped) \
         select (select c.name from columns c where c.attgenerated = '' and c.attidentity <> 'a' \
         and not exists (select from pg_catalog.pg_trigger g where g.tgrelid = c.attrelid \
         and c.attnum = any (g.tgattr)) order by c.attlen < 0, c.attnum limit 1), \
         (select pg_catalog.string_agg(case when c.attlen > 0 \
         then pg_catalog.format('case when %s is null then 0 else %s end', c.name, c.attlen) \
         else pg_catalog.format('coalesce(case when pg_catalog.pg_column_size(%1$s) > 2000 then 18 \
         else pg_catalog.pg_column_size(%1$s) end, 0)', c.name) end, ' + ' order by c.attnum) from columns c), \
         (pg_catalog.current_setting('block_size')::int - {PAGE_HEADER}) * coalesce((select \
         o.option_value::int from pg_catalog.pg_options_to_table(t.reloptions) o \
         where o.option_name = 'fillfactor'), 100) / 100 \
         from pg_catalog.pg_class t where t.oid = {oid}"
    )
}

#[cfg(test)]
mod tests {
    use super::Pages;

    #[test]
    fn what_is_given_back_is_a_share_of_what_is_there() {
        let gain = |has, needs| Pages { has, needs }.gain();
        assert_eq!([gain(0, 0), gain(100, 40), gain(100, 120), gain(3, 1)], [0, 60, 0, 66]);
    }
}
