//! Owns a mail server that lives as long as one test: aiosmtpd, which keeps what it takes as files. Tests nothing.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use beckon_server::config::Mail;
use beckon_server::mail::Mailer;
use tempfile::TempDir;

const SMTPD: &str = "BECKON_TEST_SMTPD";
/// What has not happened after this time does not happen.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A place for a mail server, which runs or not.
pub(crate) struct Smtpd {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Smtpd {
    /// A server that takes mail.
    pub(crate) async fn start() -> Self {
        let mut server = Self::down();
        server.up(&[]).await;
        server
    }

    /// A server that does not run yet.
    pub(crate) fn down() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { folder: tempfile::tempdir().unwrap(), port, child: None }
    }

    /// Starts the server, with further arguments.
    pub(crate) async fn up(&mut self, arguments: &[&str]) {
        let Ok(program) = std::env::var(SMTPD) else {
            panic!("{SMTPD} is not set: run `cargo xtask test`, or name the program aiosmtpd of PyPI in it");
        };
        let mut command = Command::new(program);
        command.args(["--nosetuid", "--class", "aiosmtpd.handlers.Mailbox"]).args(arguments);
        command.arg("--listen").arg(format!("127.0.0.1:{}", self.port)).arg(self.folder.path().join("mail"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("the mail server of the tests"));
        let up = tokio::time::timeout(PATIENCE, async {
            while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        up.await.expect("the mail server listens");
    }

    pub(crate) fn mailer(&self) -> Mailer {
        self.mailer_with("smtp", "")
    }

    pub(crate) fn mailer_with(&self, scheme: &str, options: &str) -> Mailer {
        Mailer::new(&self.settings(scheme, options)).unwrap()
    }

    /// How an installation names this server.
    pub(crate) fn settings(&self, scheme: &str, options: &str) -> Mail {
        let smtp_url = format!("{scheme}://127.0.0.1:{}{options}", self.port);
        Mail { smtp_url, from: "The shop <chat@shop.example>".to_owned() }
    }

    /// What arrived so far, each with its headers, in no particular order.
    pub(crate) fn mails(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("mail/new")) else { return Vec::new() };
        let read = |entry: std::io::Result<std::fs::DirEntry>| {
            std::fs::read_to_string(entry.unwrap().path()).unwrap().replace("\r\n", "\n")
        };
        entries.map(read).collect()
    }
}

impl Drop for Smtpd {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().expect("it runs until now");
            child.wait().expect("it has ended");
        }
    }
}
