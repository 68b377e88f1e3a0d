use std::thread;

use tokio::{runtime, task};
use tokio_postgres::{Client, NoTls};

use crate::testing::error::Error;

/// A database of its own for a test, dropped with the value.
#[derive(Debug)]
pub struct Database {
    server_url: String,
    url: String,
    name: String,
}

impl Database {
    pub(super) async fn create(
        server_url: &str,
        name: String,
        template: &str,
        strategy: &str,
    ) -> Result<Self, Error> {
        let client = connect(server_url).await?;
        let sql = format!("create database {name} template {template}{strategy}");
        client
            .batch_execute(&sql)
            .await
            .map_err(Error::postgres(format!("create database `{name}`")))?;
        let url = with_database(server_url, &name);
        Ok(Self { server_url: server_url.to_owned(), url, name })
    }

    /// A URL that tokio-postgres, `psql` and other clients accept.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Connects; the connection's task ends when the client is dropped.
    pub async fn connect(&self) -> Result<Client, Error> {
        connect(&self.url).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let url = std::mem::take(&mut self.server_url);
        let sql = format!("drop database if exists {} with (force)", self.name);
        // A drop cannot await, and a runtime must not be entered from within another: so a
        // thread. It is joined, because the process may end right after this.
        let dropping = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async { connect(&url).await.ok()?.batch_execute(&sql).await.ok() })
        });
        // The server may be gone already, and a failed test has a better message than this.
        let _ = dropping.join();
    }
}

pub(super) async fn version_num(url: &str) -> Result<u32, Error> {
    let client = connect(url).await?;
    let row = client
        .query_one("select current_setting('server_version_num')::int", &[])
        .await
        .map_err(Error::postgres("read the server's version"))?;
    let number: i32 = row.try_get(0).map_err(Error::postgres("read the server's version"))?;
    Ok(number.unsigned_abs())
}

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.map_err(Error::postgres("connect"))?;
    // Its error reaches the client's next call as well.
    drop(task::spawn(connection));
    Ok(client)
}

/// The same server, another database.
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let Some(authority) = url.find("://").map(|scheme| scheme + 3) else {
        // In a list of settings the last one counts.
        return format!("{url} dbname={name}");
    };
    let rest = &url[authority..];
    let query = rest.find('?').map_or("", |at| &rest[at..]);
    let host = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    format!("{}{host}/{name}{query}", &url[..authority])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_of_a_url_is_replaced() {
        let replaced = |url| with_database(url, "t");
        assert_eq!(replaced("postgres://u:p@h:5/db?a=b"), "postgres://u:p@h:5/t?a=b");
        assert_eq!(replaced("postgres://h"), "postgres://h/t");
        assert_eq!(replaced("postgres://h?a=b/c"), "postgres://h/t?a=b/c");
        assert_eq!(replaced("postgresql://u@/db?host=/tmp/x"), "postgresql://u@/t?host=/tmp/x");
        assert_eq!(replaced("host=/tmp user=u dbname=d"), "host=/tmp user=u dbname=d dbname=t");
    }
}
