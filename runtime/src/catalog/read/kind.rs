//! What each file about a kind of object has.

use crate::catalog::declaration::Declaration;
use crate::session::executor::Rows;

/// One kind of object.
pub(super) struct Kind {
    /// A query over what is neither the server's own, nor an extension's, nor ours.
    pub(super) sql: &'static str,
    pub(super) say: fn(&Rows, &mut Vec<Declaration>),
}
