//! The connections of one build, on a thread of their own, so that what a run computes is not counted as
//! latency.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use super::build::Build;
use super::connection::Connection;
use super::seen::Seen;
use crate::outcome::error::Error;
use crate::session::executor::SqlError;

/// So many connections of a build.
const CONNECTIONS: u32 = 4;

/// A build that lives.
#[derive(Debug)]
pub(crate) struct Fleet {
    stop: watch::Sender<bool>,
    done: oneshot::Receiver<()>,
}

impl Fleet {
    /// Connects, and sends so many requests a second from then on.
    pub(crate) async fn start(
        url: &str,
        build: &Arc<Build>,
        seen: &Arc<Seen>,
        rate: u32,
    ) -> Result<Fleet, Error> {
        let (stop, stopped) = watch::channel(false);
        let (tell, connected) = oneshot::channel();
        let (end, done) = oneshot::channel();
        let (url, build, seen) = (url.to_owned(), build.clone(), seen.clone());
        let started = thread::Builder::new().name("rehearsal".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(live(&url, &build, &seen, rate, stopped, tell)),
                Err(error) => drop(tell.send(Err(SqlError::new(None, error.to_string())))),
            }
            // Nobody waits where the rehearsal itself has ended.
            let _ = end.send(());
        });
        if let Err(error) = started {
            return Err(Error::connect(&SqlError::new(None, error.to_string())));
        }
        match connected.await {
            Ok(Ok(())) => Ok(Fleet { stop, done }),
            Ok(Err(error)) => Err(Error::connect(&error)),
            Err(_) => Err(Error::connect(&SqlError::new(None, "the thread of the clients ended"))),
        }
    }

    /// Lets each connection end its request, and closes it.
    pub(crate) async fn leave(self) {
        self.stop.send_replace(true);
        // The thread has ended either way.
        let _ = self.done.await;
    }
}

async fn live(
    url: &str,
    build: &Arc<Build>,
    seen: &Arc<Seen>,
    rate: u32,
    stopped: watch::Receiver<bool>,
    tell: oneshot::Sender<Result<(), SqlError>>,
) {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        match Connection::open(url, build.clone(), seen.clone()).await {
            Ok(connection) => connections.push(connection),
            Err(error) => return drop(tell.send(Err(error))),
        }
    }
    let period = Duration::from_secs(1) * CONNECTIONS / rate.max(1);
    let mut tasks = JoinSet::new();
    for connection in connections {
        tasks.spawn(connection.run(period, stopped.clone()));
    }
    let _ = tell.send(Ok(()));
    while tasks.join_next().await.is_some() {}
}
