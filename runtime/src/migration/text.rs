//! A step as text: what the state tables keep and an edited plan is compared with.

use crate::migration::{
    Backfill, Compaction, Convert, KeptPartitions, NoRows, Reindex, Removal, SizeLimit, Work,
};

/// The SQL of a step, a statement a line.
pub(crate) fn plan_text(work: &Work) -> String {
    match work {
        Work::Transaction(statements) => {
            statements.iter().map(|statement| statement.sql).collect::<Vec<_>>().join(";\n")
        }
        Work::BuildIndex(index) => index.create.sql.to_owned(),
        Work::DropIndex(index) => index.drop.sql.to_owned(),
        Work::Backfill(Backfill { table, set, pending }) => {
            format!("update {table} set {set} where {pending}")
        }
        Work::Convert(Convert { table, read, write, pending, function, .. }) => {
            let (read, write, function) = (read.join(", "), write.join(", "), function.name);
            format!("update {table} set ({write}) = {function}({read}) where {pending}")
        }
        Work::Removal(Removal { table, named, condition, into, .. }) => {
            let into = into.map(|into| format!(" into {into}")).unwrap_or_default();
            format!("delete from {table} as {named}{into} where {condition}")
        }
        Work::Compaction(Compaction { table, least, truncates, fires }) => format!(
            "compact {table}, at least {least} %, truncating {truncates}, firing triggers {fires}"
        ),
        Work::Reindex(Reindex { table }) => format!("reindex table concurrently {table}"),
        Work::Partitions(KeptPartitions { table, rule: Some(rule), .. }) => {
            format!("keep partitions of {table}: {rule}")
        }
        Work::Partitions(KeptPartitions { table, rule: None, .. }) => {
            format!("keep partitions of {table} no more")
        }
        Work::NoRows(NoRows { table, violation, .. }) => {
            format!("select from {table} where {violation}")
        }
        Work::NonTransactional(alone) => alone.statement.sql.to_owned(),
        Work::SizeLimit(SizeLimit { table, max_rows, .. }) => {
            format!("at most {max_rows} rows in {table}")
        }
    }
}

/// Returns what differs between two texts, a line each, `-` before what is gone and `+` before what
/// is new.
pub(crate) fn diff(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let common = common_lengths(&old, &new);
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        let (sign, line) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            (' ', old[i - 1])
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', old[i - 1])
        } else {
            j += 1;
            ('+', new[j - 1])
        };
        text.extend([sign, ' ']);
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// At `[i][j]`, how many lines the rests from `i` and from `j` have in common.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<usize>> {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_diff_holds_both_texts(before in "([ab+-]{0,2}\n){0,12}", after in "([ab+-]{0,2}\n){0,12}") {
            let diff = diff(&before, &after);
            let side = |gone: char| -> String {
                let kept = diff.lines().filter(|line| !line.starts_with(gone));
                kept.flat_map(|line| [&line[2..], "\n"]).collect()
            };
            prop_assert_eq!(side('+'), before);
            prop_assert_eq!(side('-'), after);
        }
    }

    #[test]
    fn a_diff_shows_each_line_once() {
        assert_eq!(diff("a\nb\nc", "a\nx\nc\nd"), "  a\n- b\n+ x\n  c\n+ d\n");
        assert_eq!(diff("", "a"), "+ a\n");
        assert_eq!(diff("a", ""), "- a\n");
    }
}
