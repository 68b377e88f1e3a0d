//! Tables that point at each other: none of them can be made with its foreign keys before the others.

use std::collections::HashMap;

use crate::catalog::declaration::{Declaration, DeclaredKind};
use crate::catalog::said;

/// Says foreign keys that lead round a circle as changes of their own, behind all tables.
pub(in crate::catalog::read) fn open(found: &mut [Declaration]) {
    let tables = found.iter().filter(|one| one.kind == DeclaredKind::Table);
    let tables: HashMap<String, u32> =
        tables.map(|table| (said::qualified(&table.name), table.id.oid)).collect();
    let keys = found.iter_mut().filter_map(|one| {
        let target = *tables.get(target(&one.text)?)?;
        let own = *tables.get(&said::qualified(one.on.as_ref()?))?;
        Some((one, (own, target)))
    });
    let (keys, arrows): (Vec<&mut Declaration>, Vec<(u32, u32)>) = keys.unzip();
    for (one, is_circular) in keys.into_iter().zip(circular(&arrows)) {
        if is_circular {
            one.text = as_change(one);
        }
    }
}

/// The table that an item `foreign_key(a => table(b))` points at.
pub(in crate::catalog) fn target(item: &str) -> Option<&str> {
    let own = item.strip_prefix("foreign_key(")?;
    let at = outside_strings(own, "=> ")? + "=> ".len();
    Some(&own[at..at + outside_strings(&own[at..], "(")?])
}

/// `add_foreign_key!(a(b) => c(d), …);`, of the item `foreign_key(b => c(d), …)`.
fn as_change(one: &Declaration) -> String {
    let text = one.text.strip_prefix("foreign_key(").unwrap_or_default();
    let arrow = outside_strings(text, " => ").unwrap_or_default();
    let (columns, target) = text.split_at(arrow);
    let table = one.on.as_ref().map(said::qualified).unwrap_or_default();
    format!("add_foreign_key!({table}({columns}){target};")
}

/// Returns where something stands that is no part of a name in quotes.
fn outside_strings(text: &str, wanted: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.char_indices().find_map(|(at, c)| {
        let is_found = !is_quoted && text[at..].starts_with(wanted);
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_found.then_some(at)
    })
}

/// Tells of each arrow from a table to another whether it is part of a circle.
fn circular(arrows: &[(u32, u32)]) -> Vec<bool> {
    let component = components(arrows);
    let is_circular = |(from, to): &(u32, u32)| from != to && component[from] == component[to];
    arrows.iter().map(is_circular).collect()
}

/// Of each table the circle that it is in, by one of its tables: what is reached forwards in the order
/// of the second walk is reached backwards too (Kosaraju).
fn components(arrows: &[(u32, u32)]) -> HashMap<u32, u32> {
    let (mut forwards, mut backwards) = (HashMap::new(), HashMap::new());
    for (from, to) in arrows {
        forwards.entry(*from).or_insert_with(Vec::new).push(*to);
        backwards.entry(*to).or_insert_with(Vec::new).push(*from);
    }
    let mut left = HashMap::new();
    let mut order = Vec::new();
    for (from, to) in arrows {
        for start in [*from, *to] {
            order.append(&mut walk(start, start, &forwards, &mut left));
        }
    }
    let mut component = HashMap::new();
    for start in order.into_iter().rev() {
        walk(start, start, &backwards, &mut component);
    }
    component
}

/// Marks all that is reached and not marked yet; gives it in the order in which it was left.
fn walk(
    start: u32,
    mark: u32,
    arrows: &HashMap<u32, Vec<u32>>,
    marked: &mut HashMap<u32, u32>,
) -> Vec<u32> {
    let mut done = Vec::new();
    if marked.contains_key(&start) {
        return done;
    }
    marked.insert(start, mark);
    let mut path = vec![(start, 0)];
    while let Some((at, next)) = path.last_mut() {
        let Some(to) = arrows.get(at).and_then(|all| all.get(*next)) else {
            done.push(*at);
            path.pop();
            continue;
        };
        *next += 1;
        if !marked.contains_key(to) {
            marked.insert(*to, mark);
            path.push((*to, 0));
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::{circular, outside_strings};

    #[test]
    fn only_what_leads_back_is_circular() {
        let arrows = [(1, 2), (2, 3), (3, 2), (3, 4), (5, 5), (6, 7), (7, 8), (8, 6), (1, 6)];
        let found = circular(&arrows);
        let expected = [false, true, true, false, false, true, true, true, false];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_arrow_in_a_name_leads_nowhere() {
        assert_eq!(outside_strings(r#""a => b", "\" => " => c"#, " => "), Some(18));
    }
}
