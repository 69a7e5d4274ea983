//! Owns requests of the command line to a Beckon server: whoever runs the command names it, so it may stand anywhere.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use url::Url;

/// A whole configuration is compared or taken within this time.
const ANSWER_MAX: Duration = Duration::from_secs(120);
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A Beckon server, with the API token that it is asked with.
#[derive(Debug)]
pub struct Remote {
    client: reqwest::Client,
    base: Url,
    token: String,
}

impl Remote {
    /// Prepares the way to the server at `base`, such as `https://chat.example.com`.
    ///
    /// # Errors
    /// When that is no such address, or the system's certificates cannot be read.
    pub fn new(base: &str, token: String) -> anyhow::Result<Self> {
        let base = Url::parse(base).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
        let client = reqwest::Client::builder()
            .user_agent(concat!("Beckon/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_MAX)
            .build()
            .context("cannot make requests")?;
        Ok(Self {
            client,
            base: base.context("the server is not an address with https:// or http://")?,
            token,
        })
    }

    /// The address of a path of the server.
    ///
    /// # Errors
    /// When the path is none.
    pub fn address(&self, path: &str) -> anyhow::Result<Url> {
        self.base.join(path).context("no path of a server")
    }

    /// Reads what stands at a path.
    ///
    /// # Errors
    /// When the server did not answer, or more than is read.
    pub async fn get(&self, path: &str) -> anyhow::Result<(u16, String)> {
        self.send(Method::GET, path, None).await
    }

    /// Posts a JSON text.
    ///
    /// # Errors
    /// When the server did not answer, or more than is read.
    pub async fn post(&self, path: &str, body: String) -> anyhow::Result<(u16, String)> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Puts a JSON text in the place of what stands at a path.
    ///
    /// # Errors
    /// When the server did not answer, or more than is read.
    pub async fn put(&self, path: &str, body: String) -> anyhow::Result<(u16, String)> {
        self.send(Method::PUT, path, Some(body)).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<String>) -> anyhow::Result<(u16, String)> {
        let mut request = self.client.request(method, self.address(path)?).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let unreachable = || format!("the server at {} cannot be reached", self.base);
        let mut answer =
            request.send().await.map_err(|error| error.without_url()).with_context(unreachable)?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.context("the answer broke off")? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES_MAX {
                bail!("the answer is larger than a configuration can be");
            }
        }
        Ok((status, String::from_utf8(bytes).context("the answer is no text")?))
    }
}
