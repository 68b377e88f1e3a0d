//! What is done where an answer stays out.

use std::time::Duration;

use super::Builder;

impl Builder {
    /// Sets how long the server may take to answer until a second session asks whether it is still
    /// at work; by default 15 s.
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

    /// For how long a run that lost its session goes on by itself: it connects anew, where the
    /// connection string leads by then, waits for the lock of the history, takes a new number and
    /// goes on with what is recorded, as the next run would. By default it does not, and ends with
    /// [`is_connection_lost`](crate::Error::is_connection_lost).
    ///
    /// The time begins when a session is lost, and anew where one is lost after the run came
    /// further. A standby that the string leads to and that has not taken over yet is tried again
    /// until it has. Where another runner has taken over, the run gives way to it. A run that loses
    /// three sessions in a row without coming further ends, because it may be what makes the server
    /// crash. An undo does not go on by itself, nor does a run on a session that was handed to
    /// [`executor`](Builder::executor). A phase that it went on with has several lines in the
    /// report.
    #[must_use]
    pub fn reconnect_within(mut self, time: Duration) -> Builder {
        self.settings.reconnect_within = time;
        self
    }
}
