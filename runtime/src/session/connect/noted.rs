//! Whether a session speaks TLS, which the client does not tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

/// A connector that notes whether it was used.
#[derive(Clone)]
pub(super) struct Noted<T> {
    tls: T,
    is_used: Arc<AtomicBool>,
}

impl<T> Noted<T> {
    pub(super) fn new(tls: T) -> Noted<T> {
        Noted { tls, is_used: Arc::default() }
    }

    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }
}

impl<S, T: MakeTlsConnect<S>> MakeTlsConnect<S> for Noted<T> {
    type Stream = T::Stream;
    type TlsConnect = Noted<T::TlsConnect>;
    type Error = T::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<Self::TlsConnect, T::Error> {
        let tls = self.tls.make_tls_connect(host)?;
        Ok(Noted { tls, is_used: self.is_used.clone() })
    }
}

impl<S, T: TlsConnect<S>> TlsConnect<S> for Noted<T> {
    type Stream = T::Stream;
    type Error = T::Error;
    type Future = T::Future;

    fn connect(self, stream: S) -> T::Future {
        self.is_used.store(true, Ordering::Relaxed);
        self.tls.connect(stream)
    }
}
