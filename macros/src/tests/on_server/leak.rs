//! Plans as the runtime's data, as `emit` writes them for the compiler.

use changeover::__private;
use changeover::migration as data;
use changeover::migration::{ConvertFn, converting};

use crate::change::Change;
use crate::emit::Packed;
use crate::migration::Migration;
use crate::migration::baseline::Baseline;
use crate::model::Schema;
pub(super) fn migration(id: &str, migration: &Migration) -> &'static data::Migration {
    let ids = |ids: Vec<&str>| slice(ids.into_iter().map(text));
    leak(data::Migration {
        id: text(id),
        parent: migration.parent.as_deref().map(text),
        doc: text(&migration.doc),
        plan: plan(&migration.changes),
        switches: ids(migration.switches.iter().map(String::as_str).collect()),
        contracts: ids(migration.contracts.iter().map(String::as_str).collect()),
        requires: ids(migration.requires()),
        baseline: migration.baseline.as_ref().map(|it| baseline(it, &migration.schema)),
        before: migration
            .before
            .as_ref()
            .map(|it| leak(data::Whole { schema: texts(&it.statements), names: texts(&it.names) })),
        plan_version: crate::emit::PLAN_VERSION,
        shape: text(&migration.schema.shape()),
    })
}

fn baseline(baseline: &Baseline, schema: &Schema) -> &'static data::Baseline {
    let (creates, made) = baseline.made(schema);
    leak(data::Baseline {
        creates: texts(&creates),
        made: texts(&made),
        older: baseline
            .older
            .as_ref()
            .map(|older| data::OlderTool { tool: older.tool, version: text(&older.version) }),
        // No case squashes.
        squashes: &[],
    })
}

pub(super) fn texts(texts: &[String]) -> &'static [&'static str] {
    slice(texts.iter().map(|one| text(one)))
}

pub(super) fn text(text: &str) -> &'static str {
    text.to_owned().leak()
}

pub(super) fn slice<T>(items: impl IntoIterator<Item = T>) -> &'static [T] {
    items.into_iter().collect::<Vec<_>>().leak()
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// With functions that give back what they are given: the user's own are paths to the compiler.
fn plan(changes: &[Change]) -> data::Plan {
    let packed = Packed::of(changes);
    let same = |_: &syn::Path| {
        ConvertFn::new("same", |rows| {
            converting(rows, async |rows: Vec<String>| Ok::<_, String>(rows))
        })
    };
    let functions = slice(packed.functions.iter().map(same));
    data::Plan::Packed(leak(__private::Packed::new(packed.text.leak(), functions)))
}
