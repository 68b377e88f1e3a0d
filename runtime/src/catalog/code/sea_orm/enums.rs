//! Enums as SeaORM has them.

use super::naming::Entities;
use crate::catalog::code::lines::Lines;
use crate::catalog::code::names::{Taken, camel};

const DERIVES: &str = "#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]";

pub(super) fn write(lines: &mut Lines, all: &Entities<'_>) {
    lines.line("use sea_orm::entity::prelude::*;");
    for (one, ident) in &all.enums {
        lines.gap().line(DERIVES);
        let db_type = if one.schema == "public" { "Enum" } else { "Text" };
        let name = format!("enum_name = {:?}", one.name);
        let arguments = ["rs_type = \"String\"".into(), format!("db_type = {db_type:?}"), name];
        lines.attribute("sea_orm", &arguments);
        let mut taken = Taken::with(["Self"]);
        lines.block(&format!("pub enum {ident}"), |lines| {
            for label in &one.labels {
                lines.line(&format!("#[sea_orm(string_value = {label:?})]"));
                lines.line(&format!("{},", taken.take(&[variant(label)])));
            }
        });
    }
}

/// A label as a variant, `InProgress`; a sign is written as its number, as `sea-orm-cli` does.
fn variant(label: &str) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || " -_".contains(c);
    let spelt: String = label
        .chars()
        .map(|c| if is_kept(c) { c.to_string() } else { format!(" U{:04X} ", u32::from(c)) })
        .collect();
    if spelt.trim().is_empty() { "Empty".to_owned() } else { camel(&spelt) }
}
