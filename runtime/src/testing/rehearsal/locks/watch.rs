//! The longest locks of each phase, watched on a thread of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::declared::{DeclaredLocks, undeclared_lock};
use super::sample::{LockSample, LockSampler};
use crate::migration::LockMode;
use crate::outcome::error::Error;
use crate::session::connect::url;
use crate::session::executor::SqlError;

const INTERVAL: Duration = Duration::from_millis(4);

/// A lock that blocks clients, and for how long it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Longest {
    pub(crate) took: Duration,
    pub(crate) mode: LockMode,
    pub(crate) table: String,
    pub(crate) query: String,
}

/// What was seen in one phase.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) hold: Option<Longest>,
    pub(crate) wait: Option<Longest>,
    /// Locks that the plan does not declare, each with what it does.
    pub(crate) undeclared: BTreeMap<(String, LockMode), (LockMode, String)>,
    declared: DeclaredLocks,
}

/// The task that watches.
#[derive(Debug)]
pub(crate) struct LockWatch {
    watched: Arc<Mutex<Watched>>,
    /// Dropped, it stops the task.
    _stop: watch::Sender<bool>,
}

impl LockWatch {
    pub(crate) async fn start(url: &str) -> Result<LockWatch, Error> {
        let watched = Arc::new(Mutex::new(Watched::default()));
        let (stop, stopped) = watch::channel(false);
        let (tell, begun) = oneshot::channel();
        let (shared, url) = (watched.clone(), url.to_owned());
        let started = thread::Builder::new().name("rehearsal locks".to_owned()).spawn(move || {
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(look(&url, &shared, stopped, tell)),
                Err(error) => drop(tell.send(Err(SqlError::new(None, error.to_string())))),
            }
        });
        if let Err(error) = started {
            return Err(Error::connect(&SqlError::new(None, error.to_string())));
        }
        match begun.await {
            Ok(Ok(())) => Ok(LockWatch { watched, _stop: stop }),
            Ok(Err(error)) => Err(Error::connect(&error)),
            Err(_) => Err(Error::connect(&SqlError::new(None, "the watch of locks ended"))),
        }
    }

    /// Begins a phase in which a run may take these locks; gives what was seen in the one before.
    pub(crate) fn enter(&self, declared: DeclaredLocks) -> Watched {
        std::mem::replace(&mut *lock(&self.watched), Watched { declared, ..Watched::default() })
    }
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn look(
    url: &str,
    watched: &Mutex<Watched>,
    mut stopped: watch::Receiver<bool>,
    tell: oneshot::Sender<Result<(), SqlError>>,
) {
    let sampler = match url::client(url, "rehearsal locks").await {
        Ok(db) => LockSampler::new(db).await,
        Err(error) => Err(error),
    };
    let sampler = match sampler {
        Ok(sampler) => sampler,
        Err(error) => return drop(tell.send(Err(error))),
    };
    let _ = tell.send(Ok(()));
    let mut pace = tokio::time::interval(INTERVAL);
    let mut since: HashMap<(i32, String, String, bool), Instant> = HashMap::new();
    loop {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            _ = pace.tick() => {}
        }
        // What a connection that broke would have seen, the clients see.
        let Ok(locks) = sampler.sample().await else { return };
        let mut now = HashMap::new();
        let mut watched = lock(watched);
        for sample in locks {
            let key =
                (sample.pid, sample.transaction.clone(), sample.table.clone(), sample.granted);
            let began = since.get(&key).copied().unwrap_or_else(Instant::now);
            watched.note(sample, began.elapsed());
            now.insert(key, began);
        }
        since = now;
    }
}

impl Watched {
    fn note(&mut self, sample: LockSample, took: Duration) {
        if let Some(most) = undeclared_lock(&[&self.declared], &sample) {
            let key = (sample.table.clone(), sample.mode);
            self.undeclared.entry(key).or_insert_with(|| (most, sample.query.clone()));
        }
        if !sample.mode.blocks_clients() {
            return;
        }
        let longest = if sample.granted { &mut self.hold } else { &mut self.wait };
        if longest.as_ref().is_none_or(|known| took > known.took) {
            let LockSample { mode, table, query, .. } = sample;
            *longest = Some(Longest { took, mode, table, query });
        }
    }
}
