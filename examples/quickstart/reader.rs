//! A report, a backup, a forgotten `psql`: something that keeps a transaction open.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::NoTls;

use crate::Result;

const HELD: Duration = Duration::from_secs(5);

pub(crate) struct Reader {
    task: JoinHandle<std::result::Result<(), tokio_postgres::Error>>,
}

impl Reader {
    /// Returns once the reader holds its lock, the weakest that there is.
    pub(crate) async fn start(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let connection = tokio::spawn(connection);
        client.batch_execute("begin; select count(*) from users").await?;
        println!("a reader keeps a transaction open for {} s", HELD.as_secs());
        let task = tokio::spawn(async move {
            tokio::time::sleep(HELD).await;
            client.batch_execute("commit").await?;
            drop(client);
            connection.await.unwrap_or(Ok(()))
        });
        Ok(Self { task })
    }

    pub(crate) async fn end(self) -> Result<()> {
        Ok(self.task.await??)
    }
}
