//! Owns the simulated visitors of the demo: each browses the shop in real time over the protocol that real browsers use.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rand::RngExt;
use rand::distr::uniform::SampleUniform;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;

use super::access_log::{AccessLog, Viewed};
use super::seed::SITE_KEY;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PAGES: [(&str, &str); 7] = [
    ("/", "Halden: chairs made to stay"),
    ("/category/chairs", "Chairs · Halden"),
    ("/product/oslo-chair", "Oslo chair · Halden"),
    ("/product/bergen-armchair", "Bergen armchair · Halden"),
    ("/product/voss-stool", "Voss stool · Halden"),
    ("/prices", "Prices · Halden"),
    ("/checkout", "Checkout · Halden"),
];
const NAMES: [&str; 8] = ["Nora", "Emil", "Ingrid", "Jonas", "Sofie", "Lars", "Maja", "Oskar"];
const QUESTIONS: [&str; 4] = [
    "Is the Oslo chair available in walnut?",
    "How long does delivery take?",
    "Can I return a chair after two weeks?",
    "Do you have a discount for eight chairs?",
];
const BROWSERS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
];
const PAGES_A_VISIT: Range<u32> = 2..9;
const SECONDS_A_PAGE: Range<u64> = 4..40;
const SECONDS_AWAY: Range<u64> = 5..60;
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Of a hundred offers, so many are accepted, and so many of the rest are rejected.
const ACCEPT_PERCENT: u32 = 20;
const REJECT_PERCENT: u32 = 40;

/// One visitor who comes again and again until `stopping` is cancelled.
pub(super) async fn browse(
    number: u32,
    console: String,
    shop: String,
    log: Option<Arc<AccessLog>>,
    stopping: CancellationToken,
) {
    let mut visitor = Visitor { number, console, shop, log, view: 0, from: String::new(), token: None };
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            visited = visitor.visit() => {
                if let Err(error) = visited {
                    tracing::debug!(number, %error, "a simulated visit broke off");
                }
            }
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(pick(SECONDS_AWAY))) => {}
        }
    }
}

struct Visitor {
    number: u32,
    console: String,
    shop: String,
    /// Where its page views are written down; nowhere when there is none.
    log: Option<Arc<AccessLog>>,
    view: u32,
    /// The address it comes from.
    from: String,
    token: Option<String>,
}

impl Visitor {
    async fn visit(&mut self) -> anyhow::Result<()> {
        let mut socket = self.connect().await?;
        for _ in 0..pick(PAGES_A_VISIT) {
            let page = self.next_page();
            let frame = if self.token.is_none() || page["view"] == 1 {
                self.hello(page)
            } else {
                let mut frame = page;
                frame["type"] = json!("page");
                frame
            };
            say(&mut socket, &frame).await?;
            let seconds = pick(SECONDS_A_PAGE);
            self.look_around(&mut socket, Duration::from_secs(seconds)).await?;
        }
        socket.close(None).await?;
        self.token = None;
        self.view = 0;
        self.from.clear();
        Ok(())
    }

    async fn connect(&self) -> anyhow::Result<Socket> {
        let url = format!("{}/live/visitor", self.console.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("origin", self.shop.parse()?);
        request.headers_mut().insert("user-agent", self.browser().parse()?);
        Ok(tokio_tungstenite::connect_async(request).await?.0)
    }

    fn hello(&self, page: Value) -> Value {
        json!({ "type": "hello", "v": 1, "site": SITE_KEY, "token": self.token, "language": "en",
                "time_zone": "Europe/Oslo", "pages": [page] })
    }

    fn browser(&self) -> &'static str {
        BROWSERS[self.number as usize % BROWSERS.len()]
    }

    fn next_page(&mut self) -> Value {
        self.view += 1;
        let (path, title) = PAGES[pick(0..PAGES.len())];
        let url = format!("{}{path}", self.shop);
        let from = std::mem::replace(&mut self.from, url.clone());
        if let Some(log) = &self.log {
            log.write(&Viewed { visitor: self.number, path, from: &from, browser: self.browser() });
        }
        json!({ "tab": self.number + 1, "view": self.view, "url": url, "title": title, "referrer": from })
    }

    /// Stays on a page, keeps up the heartbeat, and answers what comes.
    async fn look_around(&mut self, socket: &mut Socket, stay: Duration) -> anyhow::Result<()> {
        let leave = tokio::time::sleep(stay);
        tokio::pin!(leave);
        let mut beat = tokio::time::interval(HEARTBEAT);
        beat.reset();
        loop {
            tokio::select! {
                () = &mut leave => return Ok(()),
                _ = beat.tick() => say(socket, &json!({ "type": "beat" })).await?,
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => {
                        let notice: Value = serde_json::from_str(&text)?;
                        self.answer(socket, &notice).await?;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.into()),
                    None => anyhow::bail!("the server closed the connection"),
                },
            }
        }
    }

    async fn answer(&mut self, socket: &mut Socket, notice: &Value) -> anyhow::Result<()> {
        let chat = &notice["chat"];
        match notice["type"].as_str() {
            Some("welcome") => self.token = notice["token"].as_str().map(str::to_owned),
            Some("offer") => {
                let presentation = &notice["offer"]["id"];
                if pick(0..100) < ACCEPT_PERCENT {
                    say(socket, &json!({ "type": "accept", "presentation": presentation })).await?;
                } else if pick(0..100) < REJECT_PERCENT {
                    say(socket, &json!({ "type": "reject", "presentation": presentation })).await?;
                }
            }
            Some("chat") if chat["state"] == "form" => {
                let name = NAMES[usize::try_from(self.number)? % NAMES.len()];
                let question = QUESTIONS[pick(0..QUESTIONS.len())];
                let email = format!("{}{}@visitor.example", name.to_lowercase(), self.number);
                let answers = json!({ "first_name": name, "email": email, "question": question });
                say(socket, &json!({ "type": "send_form", "chat": chat["id"], "answers": answers })).await?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn pick<T: SampleUniform + PartialOrd>(range: Range<T>) -> T {
    rand::rng().random_range(range)
}

async fn say(socket: &mut Socket, frame: &Value) -> anyhow::Result<()> {
    Ok(socket.send(Message::text(frame.to_string())).await?)
}
