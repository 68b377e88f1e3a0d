//! The name of a partition's index: the one that PostgreSQL gives where it makes the index itself,
//! so that it does not matter who did.

/// PostgreSQL manual, section "Identifiers and Key Words".
const MAX_BYTES: usize = 63;

/// The name that PostgreSQL tries first, and those that it goes on to where that is taken.
pub(super) fn candidates<'a>(
    table: &'a str,
    columns: &'a [String],
) -> impl Iterator<Item = String> + 'a {
    let columns = joined(columns);
    (0_u32..).map(move |pass| match pass {
        0 => object_name(table, &columns, "idx"),
        _ => object_name(table, &columns, &format!("idx{pass}")),
    })
}

/// As `ChooseIndexNameAddition` does.
fn joined(columns: &[String]) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column);
        if text.len() > MAX_BYTES {
            break;
        }
    }
    text
}

/// As `makeObjectName` does: the longer part gives way.
fn object_name(table: &str, columns: &str, label: &str) -> String {
    let room = MAX_BYTES - label.len() - 2;
    let (mut first, mut second) = (table.len(), columns.len());
    while first + second > room {
        if first > second { first -= 1 } else { second -= 1 }
    }
    let (first, second) = (table.floor_char_boundary(first), columns.floor_char_boundary(second));
    format!("{}_{}_{label}", &table[..first], &columns[..second])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(table: &str, columns: &[&str]) -> String {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        candidates(table, &columns).next().unwrap_or_default()
    }

    #[test]
    fn a_name_is_cut_where_it_is_longest() {
        assert_eq!(first("events_1", &["a", "b"]), "events_1_a_b_idx");
        let long = first(&"t".repeat(60), &["name"]);
        assert_eq!(long, format!("{}_name_idx", "t".repeat(54)));
        assert_eq!(long.len(), MAX_BYTES);
        assert!(first(&"é".repeat(31), &["name"]).len() <= MAX_BYTES);
        assert!(first("t", &vec!["a_column"; 32]).len() <= MAX_BYTES);
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let names: Vec<String> = candidates("t", &["a".to_owned()]).take(3).collect();
        assert_eq!(names, ["t_a_idx", "t_a_idx1", "t_a_idx2"]);
    }
}
