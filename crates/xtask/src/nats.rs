//! A throw-away nats-server on a free port. Depends on no server that happens to run.

use std::net::TcpStream;

use anyhow::Context;
use tempfile::TempDir;

use crate::packages;
use crate::service::{Service, bound_to_us, free_port};

/// A running bus; stopped when dropped.
pub(crate) struct Nats {
    port: u16,
    _service: Service,
    _folder: TempDir,
}

impl Nats {
    /// Starts a bus.
    ///
    /// # Errors
    /// When nats-server is missing or does not start.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let program = packages::nats_server().context("nats-server is missing")?;
        let folder = tempfile::Builder::new().prefix("beckon-nats-").tempdir()?;
        let port = free_port()?;
        let mut command = bound_to_us();
        command.arg(&program).args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
        let mut service = Service::start("nats-server", &mut command, folder.path().join("log"))?;
        service.wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok())?;
        println!("nats-server on port {port}");
        Ok(Self { port, _service: service, _folder: folder })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_answers_and_stops() {
        let nats = Nats::start().expect("nats-server is installed");
        let port = nats.port;
        assert_eq!(nats.url(), format!("nats://127.0.0.1:{port}"));
        drop(nats);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "something still listens on {port}");
    }
}
