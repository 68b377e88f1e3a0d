//! May this run? Pure rules over the history and what the database remembers of it. It imports
//! `migration`, `outcome`, `settings` and `ledger`.

mod admit;
mod background;
mod edited;
mod kept;
mod ready;
mod repair;
mod squash;
#[cfg(test)]
mod tests;
mod undo;

pub(crate) use self::admit::{admit, not_too_old};
pub(crate) use self::background::{left_in_background, needed_first};
pub(crate) use self::edited::{fixed_steps, same_plan};
pub(crate) use self::kept::{Kept, kept, kept_when_settled};
pub(crate) use self::ready::{may_expand, ready};
pub(crate) use self::repair::may_repair;
pub(crate) use self::squash::{Unrecorded, name_parents, take_squashed};
pub(crate) use self::undo::may_undo;
