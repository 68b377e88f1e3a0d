//! What is no table: types, functions, views, rights, and what no macro stands for.

mod code;
mod rest;
mod rights;
mod types;
mod views;
mod words;

pub(super) use self::words::array::{each, texts};
use crate::catalog::read::kind::Kind;

/// Those that others need to know of stand before them.
pub(super) const KINDS: &[&[Kind]] =
    &[types::KINDS, code::KINDS, views::KINDS, rights::KINDS, rest::KINDS];
