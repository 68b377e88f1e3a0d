//! What happens in a run is told under the names, and with the fields, of `docs/events.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use changeover::{Builder, Error, Event, Report};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, connect, fail};
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata as About, Recorder, SharedString, Unit,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

const ROWS: u32 = 1_000;

/// The names of what was told, by the trace in order and by the metrics, each with the rest of its
/// line on the page.
#[derive(Clone, Default)]
struct Told {
    events: Arc<Mutex<Vec<(String, String)>>>,
    metrics: Arc<Mutex<BTreeMap<String, String>>>,
    rows: Arc<AtomicU64>,
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Told {
    fn event_names(&self) -> Vec<String> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().map(|(name, _)| name.clone()).collect()
    }

    fn metric(&self, kind: &str, key: &Key) {
        let labels = listed(key.labels().map(metrics::Label::key));
        let mut metrics = self.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        metrics.insert(key.name().to_owned(), format!("{kind} | {labels}"));
    }
}

impl Subscriber for Told {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        about.is_event() && about.target() == "changeover::lifecycle"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let about = event.metadata();
        let fields = about.fields().iter().map(|field| field.name());
        let fields = listed(fields.filter(|name| *name != "message"));
        let level = about.level().to_string().to_lowercase();
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push((about.name().to_owned(), format!("{level} | {fields}")));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Recorder for Told {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &About<'_>) -> Counter {
        self.metric("counter", key);
        match key.name() {
            "changeover_rows_filled_total" => Counter::from_arc(self.rows.clone()),
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, key: &Key, _: &About<'_>) -> Gauge {
        self.metric("gauge", key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &About<'_>) -> Histogram {
        self.metric("histogram", key);
        Histogram::noop()
    }
}

/// A run under way, and the names of what its function is told.
struct Run {
    task: JoinHandle<Result<Report, Error>>,
    events: UnboundedReceiver<&'static str>,
    seen: Vec<&'static str>,
}

impl Run {
    async fn start(fixture: &Fixture, builder: Builder) -> Result<Run, Failure> {
        let (sender, events) = unbounded_channel();
        let builder = builder.on_event(move |event: &Event<'_>| {
            // The test may have ended.
            let _ = sender.send(event.name());
        });
        let mut changeover = builder.connect(fixture.url()).await?;
        let task = tokio::spawn(async move { changeover.migrate().await });
        Ok(Run { task, events, seen: Vec::new() })
    }

    async fn until(&mut self, wanted: &str) -> Result<(), Failure> {
        while let Some(name) = self.events.recv().await {
            self.seen.push(name);
            if name == wanted {
                return Ok(());
            }
        }
        fail!("the run ended before `{wanted}`: {:?}", (&mut self.task).await)
    }

    async fn ended(mut self) -> Result<(Result<Report, Error>, Vec<&'static str>), Failure> {
        while let Some(name) = self.events.recv().await {
            self.seen.push(name);
        }
        let outcome = self.task.await.map_err(|error| Failure::new(error.to_string()))?;
        Ok((outcome, self.seen))
    }
}

/// Two runs in which all happens: gives what their functions were told.
async fn two_runs(told: &Told) -> Result<Vec<&'static str>, Failure> {
    let fixture = Fixture::with_users("events", ROWS).await?;
    fixture.db.batch_execute("create table brakes (id int)").await?;
    fixture.db.batch_execute("insert into brakes values (1)").await?;
    let blocker = connect(fixture.url(), "blocker").await?;
    blocker.batch_execute("begin; lock table users in access share mode").await?;
    told.events.lock().unwrap_or_else(PoisonError::into_inner).clear();

    let asking = |sql: &str| Fixture::leasing(&RENAME_HISTORY).throttle_query(sql, 0);
    let mut failing = Run::start(&fixture, asking("select count(*) from nowhere")).await?;
    failing.until("changeover.step.retried").await?;
    let named = "select exists (select from pg_stat_activity where datname = current_database() \
                 and application_name = 'changeover m0002_rename expand 1/1')";
    if !fixture.holds(named).await? {
        fail!("the session does not say which step it is at");
    }
    blocker.batch_execute("rollback").await?;
    let (outcome, mut seen) = failing.ended().await?;
    if outcome.is_ok() {
        fail!("the query did not stop it");
    }
    let lasting = asking("select count(*) from brakes").reconnect_within(Duration::from_mins(1));
    let mut held = Run::start(&fixture, lasting).await?;
    held.until("changeover.step.held").await?;
    let end = "select pg_terminate_backend(pid) from pg_stat_activity \
               where datname = current_database() and application_name like 'changeover%'";
    fixture.db.batch_execute(end).await?;
    held.until("changeover.run.reconnects").await?;
    held.until("changeover.step.held").await?;
    fixture.db.batch_execute("delete from brakes").await?;
    let (outcome, rest) = held.ended().await?;
    if outcome?.waiting.is_empty() {
        fail!("no gate was held");
    }
    seen.extend(rest);
    Ok(seen)
}

/// The first three cells of the rows of a table on the page whose first begins so.
fn on_the_page(prefix: &str) -> BTreeMap<String, String> {
    let page = include_str!("../../../docs/events.md");
    let rows = page.lines().filter(|line| line.starts_with(&format!("| `{prefix}")));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(" | ").collect();
        let name = cells.first().map(|cell| cell.trim_matches(['|', ' ', '`']).to_owned());
        (name.unwrap_or_default(), cells.get(1..3).unwrap_or_default().join(" | "))
    };
    rows.map(row).collect()
}

#[test]
fn what_the_page_says_is_told_and_nothing_else() -> Result<(), Failure> {
    let told = Told::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
    // Where there is only one subscriber, `tracing` asks that of whichever thread comes by an event
    // first, and keeps the answer: a test beside this one has none.
    let _second = tracing::Dispatch::new(Told::default());
    // On this thread alone.
    let seen = metrics::with_local_recorder(&told, || {
        tracing::subscriber::with_default(told.clone(), || runtime.block_on(two_runs(&told)))
    })?;
    if told.event_names() != seen {
        fail!("the trace was told {:#?},\nthe function {seen:#?}", told.event_names());
    }
    let events = told.events.lock().unwrap_or_else(PoisonError::into_inner);
    let events: BTreeMap<String, String> = events.iter().cloned().collect();
    let metrics = told.metrics.lock().unwrap_or_else(PoisonError::into_inner);
    for (told, page) in
        [(&events, on_the_page("changeover.")), (&*metrics, on_the_page("changeover_"))]
    {
        let differ: BTreeSet<_> = page
            .iter()
            .collect::<BTreeSet<_>>()
            .symmetric_difference(&told.iter().collect())
            .copied()
            .collect();
        if !differ.is_empty() {
            fail!("of the page and the run, one alone has {differ:#?}");
        }
    }
    match told.rows.load(Ordering::Acquire) {
        rows if rows == u64::from(ROWS) => Ok(()),
        rows => fail!("{rows} rows were counted"),
    }
}
