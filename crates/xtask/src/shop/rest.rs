//! Owns requests to the REST interface, one connection each.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Someone who is signed in, or nobody.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    /// The session, as `beckon_session=…`.
    pub(crate) cookie: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Value,
}

impl Caller {
    /// Signs in.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn sign_in(address: SocketAddr, email: &str, password: &str) -> anyhow::Result<Self> {
        let body = serde_json::json!({ "email": email, "password": password });
        let answer = Self::default().exchange(address, "POST", "/api/v1/session", &body).await?;
        ensure!(answer.status == 200, "{email} cannot sign in: {} {}", answer.status, answer.body);
        let cookie = answer.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.trim().split(';').next())?
        });
        Ok(Self { cookie: cookie.context("no cookie came")?.to_owned() })
    }

    /// Reads.
    ///
    /// # Errors
    /// When there is no answer, or another one than 200.
    pub(crate) async fn read(&self, address: SocketAddr, path: &str) -> anyhow::Result<Value> {
        let answer = self.exchange(address, "GET", path, &Value::Null).await?;
        ensure!(answer.status == 200, "GET {path}: {} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// Makes something.
    ///
    /// # Errors
    /// When there is no answer, or a refusal.
    pub(crate) async fn make(&self, address: SocketAddr, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self.exchange(address, "POST", path, body).await?;
        ensure!(answer.status < 300, "POST {path}: {} {}", answer.status, answer.body);
        Ok(answer.body)
    }

    /// Changes something.
    ///
    /// # Errors
    /// When there is no answer, or a refusal.
    pub(crate) async fn change(&self, address: SocketAddr, path: &str, body: &Value) -> anyhow::Result<()> {
        let answer = self.exchange(address, "PATCH", path, body).await?;
        ensure!(answer.status < 300, "PATCH {path}: {} {}", answer.status, answer.body);
        Ok(())
    }

    async fn exchange(
        &self,
        address: SocketAddr,
        method: &str,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: {address}\r\ncookie: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.cookie,
            body.len()
        );
        let exchange = async {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut text = Vec::new();
            stream.read_to_end(&mut text).await?;
            Ok::<_, anyhow::Error>(String::from_utf8(text)?)
        };
        let text = timeout(ANSWER_WITHIN, exchange).await.context("no answer in time")??;
        let (head, body) = text.split_once("\r\n\r\n").context("an answer without a head")?;
        let status = head.split(' ').nth(1).context("an answer without a status")?.parse()?;
        let body = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
        Ok(Answer { status, head: head.to_owned(), body })
    }
}
