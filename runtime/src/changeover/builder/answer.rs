//! What is done where an answer stays out.

use std::time::Duration;

use super::Builder;

impl Builder {
    /// How long the server may take to answer until a second session asks whether it is still at
    /// work; by default 15 s.
    ///
    /// While it is, the run waits, however long a statement takes. Where the answer was lost on
    /// the way, or the server cannot be reached three times in a row, the run ends with
    /// [`is_connection_lost`](crate::Error::is_connection_lost) rather than wait for ever. A
    /// session handed to [`executor`](Builder::executor) is not looked after.
    #[must_use]
    pub fn answer_patience(mut self, patience: Duration) -> Builder {
        self.settings.answer.patience = patience;
        self
    }
}
