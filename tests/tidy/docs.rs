//! What a user holds has an example in its documentation.

use std::collections::BTreeMap;

use changeover_tests::layout::rust_files;

use super::{expect_none, read, workspace};

/// The names that the crate gives at its root, without those of macros.
fn exported() -> Vec<String> {
    let root = syn::parse_file(&read(&workspace().join("runtime/src/lib.rs"))).expect("a crate");
    let mut names = Vec::new();
    for item in root.items {
        if let syn::Item::Use(item) = item
            && matches!(item.vis, syn::Visibility::Public(_))
            && matches!(&item.tree, syn::UseTree::Path(path) if path.ident == "crate")
        {
            leaves(&item.tree, &mut names);
        }
    }
    names
}

fn leaves(tree: &syn::UseTree, names: &mut Vec<String>) {
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, names),
        syn::UseTree::Name(name) => names.push(name.ident.to_string()),
        syn::UseTree::Rename(name) => names.push(name.rename.to_string()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, names)),
        syn::UseTree::Glob(_) => {}
    }
}

fn documentation(attributes: &[syn::Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn whatever_a_user_holds_has_an_example() {
    let mut documented = BTreeMap::<String, String>::new();
    for file in rust_files(&workspace().join("runtime/src")) {
        let items = syn::parse_file(&read(&file)).expect("a module").items;
        for item in items {
            let (name, vis, attributes) = match item {
                syn::Item::Struct(item) => (item.ident, item.vis, item.attrs),
                syn::Item::Enum(item) => (item.ident, item.vis, item.attrs),
                syn::Item::Trait(item) => (item.ident, item.vis, item.attrs),
                _ => continue,
            };
            if matches!(vis, syn::Visibility::Public(_)) {
                // Another crate-public type may have the same name.
                documented
                    .entry(name.to_string())
                    .or_default()
                    .push_str(&documentation(&attributes));
            }
        }
    }
    let types: Vec<String> =
        exported().into_iter().filter(|name| documented.contains_key(name)).collect();
    assert!(types.len() > 30, "only {types:?} were found");
    let lacking = types.iter().filter(|name| !documented[*name].contains("```"));
    expect_none(&lacking.map(|name| format!("`{name}` has no example")).collect::<Vec<_>>());
}

/// The rows of a table whose last cell is `file`: `function`, `function`.
fn walked(text: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    text.lines().filter_map(|line| {
        let cell = line.trim_end_matches(" |").rsplit_once("| ")?.1;
        let (file, functions) = cell.split_once("`: `")?;
        let functions = functions.trim_end_matches('`').split("`, `");
        Some((file.trim_start_matches('`'), functions.collect()))
    })
}

#[test]
fn the_walk_through_the_code_leads_where_it_says() {
    let text = read(&workspace().join("ARCHITECTURE.md"));
    let (mut problems, mut count) = (Vec::new(), 0);
    for (file, functions) in walked(&text) {
        let code = read(&workspace().join(file));
        for function in functions {
            count += 1;
            if !code.contains(&format!("fn {function}("))
                && !code.contains(&format!("fn {function}<"))
            {
                problems.push(format!("ARCHITECTURE.md: {file} has no `{function}`"));
            }
        }
    }
    assert!(count > 20, "only {count} places were found");
    expect_none(&problems);
}

#[test]
fn every_path_in_a_document_is_there() {
    const ROOMS: [&str; 5] = ["tests/", "macros/", "runtime/", "examples/", "docs/"];
    let mut problems = Vec::new();
    for document in ["README.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(&workspace().join(document));
        for path in text.split('`').skip(1).step_by(2) {
            let is_path = ROOMS.iter().any(|room| path.starts_with(room));
            let is_pattern = path.contains(['*', '<', ' ', '{']);
            if is_path && !is_pattern && !workspace().join(path).exists() && !is_below_macros(path)
            {
                problems.push(format!("{document}: `{path}`"));
            }
        }
    }
    expect_none(&problems);
}

/// In the section on a crate its own folder goes without saying.
fn is_below_macros(path: &str) -> bool {
    ["macros/src", "runtime/src"].iter().any(|root| workspace().join(root).join(path).exists())
}
