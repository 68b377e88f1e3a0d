//! Why a form is refused, what is done instead, and the lock that was measured.

use std::fmt;

/// Written from the operations' own pages, their tests, and the catalog of measured locks: a line
/// `@@ name` begins each, with the recipes that it follows behind it.
const PAGES: &str = include_str!("explain.txt");

/// What there is to be said of an operation, or of a recipe of the catalog of unsafe changes; given by
/// [`explain`] and [`explanations`]. As text it is the whole page, what was measured included.
///
/// ```
/// use changeover::review;
///
/// let page = review::explain("add_index").expect("a page");
/// assert!(page.to_string().contains("What the compiler refuses"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The operation, `rename_column`, or the recipe, `B2`.
    pub name: &'static str,
    recipes: &'static str,
    text: &'static str,
}

/// Explains an operation, `rename_column` or `rename_column!`, or a recipe of the catalog, `B2`: its
/// forms, what is refused and why, and the locks that were measured. None where there is nothing of
/// that name.
///
/// ```
/// use changeover::review;
///
/// assert!(review::explain("rename_column!").is_some());
/// assert!(review::explain("rename_colum").is_none());
/// ```
pub fn explain(name: &str) -> Option<Explanation> {
    let wanted = name.trim_end_matches('!');
    explanations().find(|page| page.name.eq_ignore_ascii_case(wanted))
}

/// All that [`explain`] knows: the operations, then the recipes.
///
/// ```
/// use changeover::review;
///
/// for page in review::explanations() {
///     println!("{}: {}", page.name, page.title());
/// }
/// ```
pub fn explanations() -> impl Iterator<Item = Explanation> {
    let pages = PAGES.split("@@ ").filter_map(|page| page.split_once('\n'));
    pages.map(|(names, text)| {
        let (name, recipes) = names.split_once(' ').unwrap_or((names, ""));
        Explanation { name, recipes, text }
    })
}

impl Explanation {
    /// Returns what it is about, in a line.
    pub fn title(&self) -> &'static str {
        let title = self.text.lines().next().unwrap_or_default();
        let title = title.trim_start_matches("**");
        title.strip_prefix(self.name).unwrap_or(title).split("**").next().unwrap_or_default().trim()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)?;
        let is_followed = |page: &Explanation| self.recipes.split(' ').any(|it| it == page.name);
        for recipe in explanations().filter(is_followed) {
            write!(f, "\nMeasured, recipe {} of the catalog:\n\n{}", recipe.name, recipe.text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_name_and_a_title_and_what_was_measured_comes_along() {
        let pages: Vec<Explanation> = explanations().collect();
        assert!(pages.len() > 100, "{}", pages.len());
        for page in &pages {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(page.name.chars().all(is_word) && !page.title().is_empty(), "{}", page.name);
        }
        let of = |name| explain(name).map(|page| page.to_string()).unwrap_or_default();
        assert!(of("rename_column").contains("What the compiler refuses"));
        assert!(of("Add_Index!").contains("[m index.create"));
        assert!(of("b2").contains("SET NOT NULL"));
    }
}
