//! Where sessions come from: a run and a lease each have their own, and a lease opens it again
//! when it breaks.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tracing::Instrument as _;

use crate::executor::{Executor, Rows, SqlError};

/// Opens sessions of one database.
#[async_trait]
pub trait Connect: Send + Sync {
    /// Opens another one; see [`Executor`].
    async fn connect(&self) -> Result<Box<dyn Executor>, SqlError>;
}

/// From the first packet to the end of the handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// PostgreSQL's own default, which is the operating system's: as good as never.
const KEEPALIVES_IDLE: Duration = Duration::from_hours(2);

/// tokio-postgres, with the caller's TLS or none.
pub(crate) struct Postgres<T> {
    config: Config,
    tls: T,
}

impl<T> Postgres<T> {
    /// What the caller did not say of a peer that does not answer is set to notice it within a
    /// minute.
    ///
    /// PostgreSQL manual, section "Parameter Key Words", `keepalives_idle` and the next.
    pub(crate) fn new(mut config: Config, tls: T) -> Postgres<T> {
        if config.get_keepalives() && config.get_keepalives_idle() == KEEPALIVES_IDLE {
            config.keepalives_idle(Duration::from_secs(30));
            config.keepalives_interval(Duration::from_secs(10)).keepalives_retries(3);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_mins(1));
        }
        Postgres { config, tls }
    }

    async fn open(&self, config: &Config) -> Result<Listening, SqlError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let connecting = config.connect(self.tls.clone());
        let Ok(connected) = timeout(CONNECT_TIMEOUT, connecting).await else {
            return Err(SqlError::new(None, format!("no answer after {CONNECT_TIMEOUT:?}")));
        };
        let (client, connection) = connected?;
        let news = Arc::new(Notify::new());
        tokio::spawn(drive(connection, news.clone()).in_current_span());
        Ok(Listening { client, news, pooled: false })
    }
}

#[async_trait]
impl<T> Connect for Postgres<T>
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    async fn connect(&self) -> Result<Box<dyn Executor>, SqlError> {
        let mark = mark();
        let mut marked = self.config.clone();
        let options = self.config.get_options().unwrap_or_default();
        marked.options(format!("{options} -c {MARK}={mark}").trim_start());
        match self.open(&marked).await {
            Ok(mut session) => {
                let sql = format!("select pg_catalog.current_setting('{MARK}', true)");
                session.pooled = session.query(&sql).await?.value() != Some(mark.as_str());
                Ok(Box::new(session))
            }
            Err(error) if error.code().is_some_and(|code| REFUSED.contains(&code)) => {
                let mut session = self.open(&self.config).await?;
                session.pooled = true;
                Ok(Box::new(session))
            }
            Err(error) => Err(error),
        }
    }
}

/// A setting that means nothing and that only a server knows of: a session that was asked for with
/// it and has it is the server's own. A pooler shares its sessions out, whoever asked with what; it
/// drops the setting, or refuses it. No other question tells them apart: a pooler may well answer
/// each statement with the same process.
const MARK: &str = "changeover.session";

/// What a pooler says of settings that it does not know, and of settings at all.
///
/// `PgBouncer`'s manual, `ignore_startup_parameters`.
const REFUSED: [&str; 2] = ["08P01", "0A000"];

/// No other session's.
fn mark() -> String {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let opened = OPENED.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{now:x}-{opened:x}", std::process::id())
}

/// Keeps the connection going until it ends, and tells of its notifications.
async fn drive<S>(mut connection: Connection<Socket, S>, news: Arc<Notify>)
where
    S: TlsStream + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => news.notify_one(),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                let error = SqlError::from(error);
                tracing::warn!(%error, "the connection to the database ended");
                return;
            }
            None => return,
        }
    }
}

struct Listening {
    client: Client,
    news: Arc<Notify>,
    pooled: bool,
}

#[async_trait]
impl Executor for Listening {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        Executor::query(&mut self.client, sql).await
    }

    async fn notified(&mut self) {
        self.news.notified().await;
    }

    fn is_pooled(&self) -> bool {
        self.pooled
    }
}
