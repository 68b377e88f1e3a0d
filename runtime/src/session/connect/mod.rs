//! Where sessions come from: a run and a lease each have their own, and a lease opens it again
//! when it breaks.

pub(crate) mod address;
mod noted;
#[cfg(feature = "tls")]
pub(crate) mod tls;
pub(crate) mod url;

use std::any::TypeId;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{MakeTlsConnect, NoTls, TlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tracing::Instrument as _;

use self::noted::Noted;
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::sqlstate::FEATURE_NOT_SUPPORTED;

/// Opens sessions of one database.
///
/// ```
/// use changeover::{Connect, Executor, SqlError, async_trait};
///
/// /// Connections of a pool of the service's own.
/// struct Pool;
///
/// #[async_trait]
/// impl Connect for Pool {
///     async fn connect(&self) -> Result<Box<dyn Executor>, SqlError> {
///         Err(SqlError::new(None, "the pool is empty"))
///     }
/// }
/// ```
#[async_trait]
pub trait Connect: Send + Sync {
    /// Opens another one; see [`Executor`].
    async fn connect(&self) -> Result<Box<dyn Executor>, SqlError>;
}

/// From the first packet to the end of the handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// PostgreSQL's own default, which is the operating system's: as good as never.
const KEEPALIVES_IDLE: Duration = Duration::from_hours(2);

/// So many notifications are kept for whoever waits for one.
const UNREAD: usize = 64;

/// tokio-postgres, with the caller's TLS or none.
pub(crate) struct Postgres<T> {
    config: Config,
    tls: T,
    /// The server's errors may hold a part of the password.
    hides_errors: bool,
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
        Postgres { config, tls, hides_errors: false }
    }

    /// The same where what the server says of a refusal must not be told.
    pub(crate) fn hiding_errors(self, hides_errors: bool) -> Postgres<T> {
        Postgres { hides_errors, ..self }
    }

    fn told(&self, error: SqlError) -> SqlError {
        if !self.hides_errors {
            return error;
        }
        SqlError::new(
            error.code(),
            "what was said of it may hold a part of the password, because the URL has a second `@`\n\
             help: write `%40` for an `@` in a password",
        )
    }

    /// A session in the clear, where TLS was to be had by the caller's connector.
    fn warn_of_plain(&self, tls: &Noted<T>)
    where
        T: 'static,
    {
        let is_remote = self.config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        let may_be_plain = self.config.get_ssl_mode() == SslMode::Prefer;
        if !is_no_tls::<T>() && is_remote && may_be_plain && !tls.is_used() {
            tracing::warn!(
                "the server takes no TLS, so the session is in the clear; `sslmode=require` refuses that"
            );
        }
    }

    /// The client itself, for what needs more than statements in and text out.
    #[cfg(feature = "testing")]
    pub(crate) async fn client(&self) -> Result<Client, SqlError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        Ok(self.open(&self.config).await?.client)
    }

    async fn open(&self, config: &Config) -> Result<Listening, SqlError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let mut config = config.clone();
        if is_no_tls::<T>() && config.get_ssl_mode() == SslMode::Prefer {
            // Only that type itself may tell the client that it cannot do what is preferred.
            config.ssl_mode(SslMode::Disable);
        }
        let tls = Noted::new(self.tls.clone());
        let connecting = config.connect(tls.clone());
        let Ok(connected) = timeout(CONNECT_TIMEOUT, connecting).await else {
            return Err(SqlError::new(None, format!("no answer after {CONNECT_TIMEOUT:?}")));
        };
        // Who refuses has had an answer in the clear, too.
        if connected.as_ref().err().is_none_or(|error| error.as_db_error().is_some()) {
            self.warn_of_plain(&tls);
        }
        let (client, connection) = connected.map_err(|error| self.told(error.into()))?;
        let (tell, news) = mpsc::channel(UNREAD);
        tokio::spawn(drive(connection, tell).in_current_span());
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
        // The server's own session has our settings from its first statement on.
        marked.options(format!("{options} -c {MARK}={mark} -c jit=off").trim_start());
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

fn is_no_tls<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<NoTls>()
}

/// A setting that means nothing and that only a server knows of: a session that was asked for with
/// it and has it is the server's own. A pooler shares its sessions out, whoever asked with what; it
/// drops the setting, or refuses it. No other question tells them apart: a pooler may well answer
/// each statement with the same process.
const MARK: &str = "changeover.session";

/// What a pooler says of settings that it does not know, and of settings at all.
///
/// `PgBouncer`'s manual, `ignore_startup_parameters`.
const REFUSED: [&str; 2] = ["08P01", FEATURE_NOT_SUPPORTED];

/// No other session's.
fn mark() -> String {
    static OPENED: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let opened = OPENED.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{now:x}-{opened:x}", std::process::id())
}

/// Keeps the connection going until it ends, and tells of its notifications.
async fn drive<S>(mut connection: Connection<Socket, S>, news: mpsc::Sender<String>)
where
    S: TlsStream + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            // Any role may send them without end.
            Some(Ok(AsyncMessage::Notification(one))) => {
                let _ = news.try_send(one.payload().to_owned());
            }
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
    news: mpsc::Receiver<String>,
    pooled: bool,
}

#[async_trait]
impl Executor for Listening {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        Executor::query(&mut self.client, sql).await
    }

    async fn notified(&mut self) -> String {
        match self.news.recv().await {
            Some(payload) => payload,
            None => std::future::pending().await,
        }
    }

    fn is_pooled(&self) -> bool {
        self.pooled
    }
}
