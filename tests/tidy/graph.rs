//! Which file of a crate names which other: read by `syn`, so that groups and macros count too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use changeover_tests::layout::rust_files;
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::read;

/// The arrows between modules that are a file each; the crate's root is the empty name.
pub(crate) struct Graph {
    pub(crate) arrows: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(crate) fn of(source: &Path) -> Graph {
        let files: Vec<_> =
            rust_files(source).into_iter().map(|file| (module(source, &file), file)).collect();
        let modules: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let mut arrows = BTreeMap::new();
        for (name, file) in files.iter().filter(|(name, _)| !is_for_tests(name)) {
            let tree = syn::parse_file(&read(file))
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let mut names =
                Names { module: segments(name), children: children(&tree), found: Vec::new() };
            names.visit_file(&tree);
            let used = names.found.iter().map(|path| owner(&modules, path));
            // The root only puts the rooms together.
            let used = used.filter(|used| !used.is_empty() && used != name && !is_for_tests(used));
            arrows.insert(name.clone(), used.collect());
        }
        Graph { arrows }
    }

    /// The circles: sets of files of which each leads to each other.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<&str>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.arrows.keys().map(|from| (from.as_str(), self.reached(from))).collect();
        let mut circles: Vec<BTreeSet<&str>> = Vec::new();
        for (from, to) in reach.iter().filter(|(from, to)| to.contains(*from)) {
            let back = |other: &&&str| reach.get(**other).is_some_and(|back| back.contains(from));
            let circle: BTreeSet<&str> = to.iter().filter(back).copied().collect();
            if !circles.contains(&circle) {
                circles.push(circle);
            }
        }
        circles
    }

    fn reached(&self, from: &str) -> BTreeSet<&str> {
        let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            for to in self.arrows.get(next).into_iter().flatten() {
                if reached.insert(to.as_str()) {
                    open.push(to);
                }
            }
        }
        reached
    }
}

/// The mock stands in for what comes later, and tests may name anything.
fn is_for_tests(module: &str) -> bool {
    module.split("::").any(|part| ["tests", "mock"].contains(&part))
}

/// `a/b/mod.rs` and `a/b.rs` are `a::b`.
fn module(source: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(source).unwrap_or(file).with_extension("");
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    let own = parts.iter().filter(|part| !["mod", "lib"].contains(&part.as_ref()));
    own.map(AsRef::as_ref).collect::<Vec<&str>>().join("::")
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The file that a path leads into.
fn owner(modules: &BTreeSet<&str>, path: &[String]) -> String {
    let prefixes = (0..=path.len()).rev().map(|length| path[..length].join("::"));
    prefixes.into_iter().find(|prefix| modules.contains(prefix.as_str())).unwrap_or_default()
}

fn children(file: &syn::File) -> Vec<String> {
    let modules = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(child) if child.content.is_none() => Some(child.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

/// The paths that a file names, from the root of its crate.
struct Names {
    module: Vec<String>,
    children: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Names {
    fn name(&mut self, path: &[String]) {
        let Some((first, rest)) = path.split_first() else { return };
        let found = match first.as_str() {
            "crate" => rest.to_vec(),
            "self" => [&self.module, rest].concat(),
            "super" => {
                let up = path.iter().take_while(|part| *part == "super").count();
                let kept = self.module.len().saturating_sub(up);
                [&self.module[..kept], &path[up..]].concat()
            }
            // A name alone is a variable.
            child if path.len() > 1 && self.children.iter().any(|one| one == child) => {
                [&self.module, path].concat()
            }
            _ => return,
        };
        self.found.push(found);
    }

    fn tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.name(&with(&name.ident)),
            syn::UseTree::Rename(name) => self.name(&with(&name.ident)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|one| self.tree(before, one)),
            syn::UseTree::Glob(_) => self.name(before),
        }
    }

    /// What is written in a macro is no syntax yet.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut joined = false;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if !joined {
                        self.name(&std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    joined = false;
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' => joined = !path.is_empty(),
                TokenTree::Group(group) => {
                    self.name(&std::mem::take(&mut path));
                    self.tokens(group.stream());
                }
                _ => self.name(&std::mem::take(&mut path)),
            }
        }
        self.name(&path);
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.tree(&[], &item.tree);
        }
    }

    /// Who may see an item is no use of it.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.name(&parts);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, macro_: &'ast syn::Macro) {
        self.tokens(macro_.tokens.clone());
        visit::visit_macro(self, macro_);
    }
}

#[test]
fn paths_are_found_in_groups_and_macros_and_not_in_tests() {
    let text =
        "use crate::a::{self, b::{C, d}}; use super::e; fn f() { g!(crate::h::i(j)); k::l(); }
        pub(in crate::m) struct N; #[cfg(test)] mod tests { use crate::o; } mod k;";
    let file = syn::parse_file(text).expect("a file");
    let module = segments("p::q");
    let mut names = Names { module, children: children(&file), found: Vec::new() };
    names.visit_file(&file);
    let found: BTreeSet<String> = names.found.iter().map(|path| path.join("::")).collect();
    let expected = ["a::b::C", "a::b::d", "a::self", "h::i", "p::e", "p::q::k::l"];
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
fn a_circle_is_found_and_a_line_is_none() {
    let arrows = [("a", vec!["b"]), ("b", vec!["c"]), ("c", vec!["b"]), ("d", vec!["a", "d2"])];
    let arrows =
        arrows.map(|(from, to)| (from.to_owned(), to.into_iter().map(str::to_owned).collect()));
    let graph = Graph { arrows: arrows.into() };
    assert_eq!(graph.circles(), [BTreeSet::from(["b", "c"])]);
}
