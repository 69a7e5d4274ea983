//! A throw-away nats-server on a free port. Depends on no server that happens to run.

use std::net::{SocketAddr, TcpStream};

use anyhow::Context;
use tempfile::TempDir;

use crate::packages;
use crate::service::{Service, bound_to_us, free_port};

/// A running bus; stopped when dropped.
pub(crate) struct Nats {
    port: u16,
    service: Service,
    folder: TempDir,
}

impl Nats {
    /// Starts a bus.
    ///
    /// # Errors
    /// When nats-server is missing or does not start.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("beckon-nats-").tempdir()?;
        let port = free_port()?;
        let service = launch(port, &folder)?;
        println!("nats-server on port {port}");
        Ok(Self { port, service, folder })
    }

    /// It ends without a word to anybody.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.service.end_with("-KILL")
    }

    /// It is there again, on the same port.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start_again(&mut self) -> anyhow::Result<()> {
        self.service = launch(self.port, &self.folder)?;
        Ok(())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

fn launch(port: u16, folder: &TempDir) -> anyhow::Result<Service> {
    let program = packages::nats_server().context("nats-server is missing")?;
    let mut command = bound_to_us();
    command.arg(&program).args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
    let mut service = Service::start("nats-server", &mut command, folder.path().join("log"))?;
    service.wait_until(|| TcpStream::connect(("127.0.0.1", port)).is_ok())?;
    Ok(service)
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
