//! The macros of `changeover`.
