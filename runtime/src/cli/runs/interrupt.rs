//! What Ctrl-C does to a run.

use std::io;
use std::process;

use tokio::signal;

use crate::settings::interrupt::Interrupt;

/// Stops a run between two batches at the first signal, and the process at the second.
pub(super) fn by_signals() -> io::Result<Interrupt> {
    let (interrupt, mut signals) = (Interrupt::default(), Signals::new()?);
    let raised = interrupt.clone();
    tokio::spawn(async move {
        signals.next().await;
        raised.raise();
        eprintln!(
            "stops after the batch or the statement that is under way; again ends it at once"
        );
        process::exit(signals.next().await);
    });
    Ok(interrupt)
}

#[cfg(unix)]
struct Signals {
    interrupt: signal::unix::Signal,
    terminate: signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Signals { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for one, and gives the code with which a shell says that it ended the process.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 128 + 2,
            _ = self.terminate.recv() => 128 + 15,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps)]
    fn new() -> io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self) -> i32 {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        128 + 2
    }
}
