//! A proxy that stops forwarding without a word, as a firewall does that has forgotten a
//! connection.

use std::str::FromStr as _;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::{Failure, fail};

/// What gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    All,
    /// Connections that are made from now on.
    New(usize),
    Nothing,
}

/// Stands between clients and a server until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    open: watch::Sender<Open>,
    made: watch::Receiver<usize>,
}

impl Proxy {
    /// A proxy for a database.
    pub async fn to(url: &str) -> Result<Self, Failure> {
        let config = Config::from_str(url)?;
        let (Some(host), port) = (config.get_hosts().first().cloned(), port(&config)) else {
            fail!("no host in {url}")
        };
        let io = |error: std::io::Error| Failure::new(error.to_string());
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(io)?;
        let address = listener.local_addr().map_err(io)?;
        let (open, watching) = watch::channel(Open::All);
        let (count, made) = watch::channel(0);
        tokio::spawn(accept(listener, Arc::new((host, port)), watching, count));
        let user = config.get_user().unwrap_or("postgres");
        let database = config.get_dbname().unwrap_or(user);
        Ok(Proxy { url: format!("postgresql://{user}@{address}/{database}"), open, made })
    }

    /// The database's address by way of the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Forwards nothing more of the connections that there are, and closes none.
    pub fn forget(&self) {
        self.open.send_replace(Open::New(*self.made.borrow()));
    }

    /// Forwards nothing at all any more, and closes nothing.
    pub fn go_silent(&self) {
        self.open.send_replace(Open::Nothing);
    }

    /// Forwards new connections again, where it had gone silent.
    pub fn recover(&self) {
        let made = *self.made.borrow();
        self.open.send_if_modified(|open| {
            let was_silent = *open == Open::Nothing;
            if was_silent {
                *open = Open::New(made);
            }
            was_silent
        });
    }
}

fn port(config: &Config) -> u16 {
    config.get_ports().first().copied().unwrap_or(5432)
}

async fn accept(
    listener: TcpListener,
    server: Arc<(Host, u16)>,
    open: watch::Receiver<Open>,
    count: watch::Sender<usize>,
) {
    let mut number = 0;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // The proxy was dropped.
            () = closed(open.clone()) => return,
        };
        let Ok((client, _)) = accepted else { return };
        tokio::spawn(connect(client, server.clone(), open.clone(), number));
        number += 1;
        count.send_replace(number);
    }
}

async fn closed(mut open: watch::Receiver<Open>) {
    while open.changed().await.is_ok() {}
}

async fn connect(
    client: TcpStream,
    server: Arc<(Host, u16)>,
    open: watch::Receiver<Open>,
    number: usize,
) {
    match &*server {
        (Host::Tcp(host), port) => {
            if let Ok(server) = TcpStream::connect((host.as_str(), *port)).await {
                forward(client, server, open, number).await;
            }
        }
        (Host::Unix(directory), port) => {
            let socket = directory.join(format!(".s.PGSQL.{port}"));
            if let Ok(server) = UnixStream::connect(socket).await {
                forward(client, server, open, number).await;
            }
        }
    }
}

async fn forward<S: AsyncRead + AsyncWrite>(
    client: TcpStream,
    server: S,
    open: watch::Receiver<Open>,
    number: usize,
) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = tokio::io::split(server);
    tokio::select! {
        () = pump(from_client, to_server, open.clone(), number) => {}
        () = pump(from_server, to_client, open.clone(), number) => {}
        () = closed(open) => {}
    }
}

/// Passes on what comes, until an end of it does; while the way is shut it takes and keeps.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut open: watch::Receiver<Open>,
    number: usize,
) {
    let mut buffer = vec![0; 16 * 1024];
    let passes = |open: &Open| match open {
        Open::All => true,
        Open::New(first) => number >= *first,
        Open::Nothing => false,
    };
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if open.wait_for(passes).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
