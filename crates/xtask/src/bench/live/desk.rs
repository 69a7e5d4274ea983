//! Owns the agents of the benches: each has a console that is connected and ready for as long as the desk is open.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use super::connections::drain;
use super::guests::BEAT;
use super::served::Served;
use crate::shop::{Employee, Shop};

/// As many as there may be.
const SLOTS: u32 = 50;
/// A console says so often that it is there.
const BEAT_EVERY: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The agents' consoles; closed when dropped.
pub(super) struct Desk {
    closes: Arc<AtomicBool>,
    sits: Option<JoinHandle<()>>,
}

impl Desk {
    /// Every agent of the shop is ready.
    ///
    /// # Errors
    /// When the server refuses one.
    pub(super) fn open(served: &Served) -> anyhow::Result<Self> {
        let shop = served.shop.as_ref().context("a bare server has no agents")?;
        let mut consoles =
            shop.agents.iter().map(|agent| ready(served, shop, agent)).collect::<anyhow::Result<Vec<_>>>()?;
        let closes = Arc::new(AtomicBool::new(false));
        let closing = Arc::clone(&closes);
        let sits = std::thread::spawn(move || {
            let mut beat_at = Instant::now();
            while !closing.load(Ordering::Relaxed) {
                std::thread::sleep(LOOK_EVERY);
                let beats = beat_at.elapsed() > BEAT_EVERY;
                for console in &mut consoles {
                    let stands =
                        drain(console).is_ok() && (!beats || console.send(Message::text(BEAT)).is_ok());
                    if !stands {
                        eprintln!("an agent's connection is over");
                        return;
                    }
                }
                if beats {
                    beat_at = Instant::now();
                }
            }
        });
        Ok(Self { closes, sits: Some(sits) })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.closes.store(true, Ordering::Relaxed);
        if let Some(sits) = self.sits.take() {
            let _ = sits.join();
        }
    }
}

/// A console whose agent has all the slots there are, and waits for chats.
fn ready(served: &Served, shop: &Shop, agent: &Employee) -> anyhow::Result<WebSocket<TcpStream>> {
    let path = format!("/api/v1/users/{}", agent.id);
    served.block_on(shop.admin.change(served.address, &path, &json!({ "slots": SLOTS })))?;
    let mut console = console(served, agent)?;
    console.send(Message::text(json!({ "type": "status", "ref": "1", "status": "ready" }).to_string()))?;
    while !console.read()?.to_text()?.contains("\"status\":\"ready\"") {}
    Ok(console)
}

/// A console's connection, as it is after its hello.
fn console(served: &Served, agent: &Employee) -> anyhow::Result<WebSocket<TcpStream>> {
    let mut request = format!("ws://{}/live/agent", served.address).into_client_request()?;
    request.headers_mut().insert("cookie", agent.caller.cookie.parse()?);
    request.headers_mut().insert("origin", format!("http://{}", served.address).parse()?);
    let stream = TcpStream::connect(served.address)?;
    stream.set_nodelay(true)?;
    let (mut console, _) =
        tungstenite::client(request, stream).map_err(|error| anyhow::anyhow!("a console: {error}"))?;
    console.send(Message::text(json!({ "type": "hello", "v": 1, "chats": [] }).to_string()))?;
    while !console.read()?.to_text()?.contains("\"welcome\"") {}
    Ok(console)
}
