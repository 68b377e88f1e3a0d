//! Where sessions come from: a run and a lease each have their own, and a lease opens it again
//! when it breaks.

use std::future::poll_fn;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tracing::Instrument as _;

use crate::executor::{Executor, Rows, SqlError};

/// Opens sessions of one database.
#[async_trait]
pub trait Connect: Send + Sync {
    /// Opens another one, straight to the server; see [`Executor`].
    async fn connect(&self) -> Result<Box<dyn Executor>, SqlError>;
}

/// tokio-postgres, with the caller's TLS or none.
pub(crate) struct Postgres<T> {
    pub(crate) config: Config,
    pub(crate) tls: T,
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
        let (client, connection) = self.config.connect(self.tls.clone()).await?;
        let news = Arc::new(Notify::new());
        tokio::spawn(drive(connection, news.clone()).in_current_span());
        Ok(Box::new(Listening { client, news }))
    }
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
}

#[async_trait]
impl Executor for Listening {
    async fn query(&mut self, sql: &str) -> Result<Rows, SqlError> {
        Executor::query(&mut self.client, sql).await
    }

    async fn notified(&mut self) {
        self.news.notified().await;
    }
}
