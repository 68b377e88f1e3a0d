//! How a run is stopped from elsewhere in its process.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;

use crate::outcome::error::{Detail, Error};

/// Stops a run from elsewhere in its process, given to [`Builder::interrupt`](crate::Builder::interrupt);
/// its clones are one.
///
/// ```no_run
/// use changeover::{Changeover, ErrorKind, Interrupt};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str, shutdown: impl Future<Output = ()> + Send + 'static)
/// # -> Result<(), changeover::Error> {
/// let interrupt = Interrupt::default();
/// let builder = Changeover::builder(&MIGRATIONS).interrupt(&interrupt);
/// tokio::spawn(async move {
///     shutdown.await;
///     interrupt.raise();
/// });
/// match builder.connect(url).await?.migrate().await {
///     Err(error) if error.kind() == ErrorKind::Interrupted => println!("the next run goes on"),
///     outcome => println!("{}", outcome?),
/// }
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct Interrupt(watch::Sender<bool>);

impl Default for Interrupt {
    fn default() -> Interrupt {
        Interrupt(watch::Sender::new(false))
    }
}

impl Interrupt {
    /// Stops the run between two of its steps, between two batches of a backfill, or where it
    /// waits, with [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted). A statement that is
    /// under way, as an index build, is waited for. It cannot be taken back.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Tells whether it was raised.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// An error once it was raised.
    pub(crate) fn pass(&self) -> Result<(), Error> {
        if self.is_raised() { Err(Error::new(Detail::Interrupted)) } else { Ok(()) }
    }

    /// Waits for so long, or until it is raised, which is an error.
    pub(crate) async fn sleep(&self, time: Duration) -> Result<(), Error> {
        let mut raised = self.0.subscribe();
        // Its sender is ours, so it is not closed.
        let _ = tokio::time::timeout(time, raised.wait_for(|raised| *raised)).await;
        self.pass()
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupt").field("raised", &self.is_raised()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_ends_when_a_clone_is_raised() {
        let interrupt = Interrupt::default();
        assert!(interrupt.sleep(Duration::ZERO).await.is_ok());
        let other = interrupt.clone();
        let waits = tokio::spawn(async move { other.sleep(Duration::MAX).await });
        interrupt.raise();
        assert!(waits.await.expect("it does not panic").is_err());
        assert!(interrupt.pass().is_err());
    }
}
