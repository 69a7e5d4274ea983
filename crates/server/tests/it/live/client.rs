//! Owns the two clients of the tests: a browser and a console, each a WebSocket that remembers what it was told.

use std::net::SocketAddr;
use std::time::Duration;

use beckon_engine::id::UserId;
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// What does not come within this time does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A WebSocket of frames.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Frames that came while another was waited for.
    seen: Vec<Value>,
    /// All frames.
    heard: Vec<Value>,
}

/// A visitor's browser.
pub(crate) struct Browser {
    pub(crate) socket: Socket,
    pub(crate) welcome: Value,
}

/// An agent's console.
pub(crate) struct Console {
    pub(crate) socket: Socket,
    pub(crate) user: UserId,
    pub(crate) cookie: String,
    pub(crate) address: SocketAddr,
    next_ref: u32,
}

impl Socket {
    pub(crate) async fn connect(url: String, headers: &[(&'static str, &str)]) -> Self {
        Self::try_connect(url, headers).await.unwrap()
    }

    pub(crate) async fn try_connect(
        url: String,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self { stream, seen: Vec::new(), heard: Vec::new() })
    }

    pub(crate) async fn send(&mut self, frame: Value) {
        self.send_text(frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// The first frame, told already or yet to come, of which `is` holds. Earlier ones stay for later.
    pub(crate) async fn next(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.seen.iter().position(&is) {
            return self.seen.remove(at);
        }
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let frame =
                    self.receive().await.unwrap_or_else(|code| panic!("closed with {code} before {what}"));
                if is(&frame) {
                    return frame;
                }
                self.seen.push(frame);
            }
        });
        match found.await {
            Ok(frame) => frame,
            Err(_) => panic!("{what} did not come; came: {:#?}", self.seen),
        }
    }

    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        self.next(kind, |frame| frame["type"] == kind).await
    }

    /// Waits until the server asks whether this browser is there, and answers.
    pub(crate) async fn asked(&mut self) {
        let asked = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Ping(_))) => return self.stream.flush().await.unwrap(),
                    Some(Ok(Message::Text(text))) => self.seen.push(serde_json::from_str(&text).unwrap()),
                    other => panic!("{other:?} came before the server asked"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("the server asks");
    }

    /// Everything told so far of one type; waits for nothing.
    pub(crate) fn told(&self, kind: &str) -> usize {
        self.seen.iter().filter(|frame| frame["type"] == kind).count()
    }

    /// The last frame of which `is` holds, of all that have come by now; null when there is none. Waits for nothing.
    pub(crate) fn last(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        while let Some(Ok(frame)) = self.receive().now_or_never() {
            self.seen.push(frame);
        }
        self.heard.iter().rev().find(|frame| is(frame)).cloned().unwrap_or_default()
    }

    /// The code with which the server closes.
    pub(crate) async fn closed(&mut self) -> u16 {
        let closed = tokio::time::timeout(PATIENCE, async {
            loop {
                match self.receive().await {
                    Ok(frame) => self.seen.push(frame),
                    Err(code) => return code,
                }
            }
        });
        closed.await.expect("the server closes")
    }

    /// The browser is gone, without a word.
    pub(crate) async fn vanish(&mut self) {
        self.stream.get_mut().shutdown().await.unwrap();
    }

    pub(crate) async fn leave(mut self) {
        self.stream.close(None).await.unwrap();
    }

    async fn receive(&mut self) -> Result<Value, u16> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    self.heard.push(frame.clone());
                    return Ok(frame);
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }
}

impl Browser {
    pub(crate) async fn connect(address: SocketAddr, origin: Option<&str>) -> Self {
        let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
        let socket = Socket::connect(format!("ws://{address}/live/visitor"), &headers).await;
        Self { socket, welcome: Value::Null }
    }

    pub(crate) async fn hello(&mut self, site: &str, more: Value) {
        self.say_hello(site, more).await;
        self.welcome = self.socket.next_of("welcome").await;
    }

    pub(crate) async fn say_hello(&mut self, site: &str, more: Value) {
        let mut hello =
            json!({ "type": "hello", "v": 1, "site": site, "language": "en", "time_zone": "UTC" });
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.socket.send(hello).await;
    }

    pub(crate) fn token(&self) -> &str {
        self.welcome["token"].as_str().unwrap()
    }

    /// Waits until a chat can be had.
    pub(crate) async fn open(&mut self) {
        if self.welcome["open"] == false {
            self.socket.next("availability", |frame| frame["open"] == true).await;
        }
    }

    /// The offer that is presented next.
    pub(crate) async fn offer(&mut self) -> Value {
        self.socket.next_of("offer").await["offer"].clone()
    }

    pub(crate) async fn accept(&mut self, offer: &Value) {
        self.socket.send(json!({ "type": "accept", "presentation": offer["id"] })).await;
    }

    /// The chat once it is in this state.
    pub(crate) async fn chat(&mut self, state: &str) -> Value {
        let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["state"] == state;
        self.socket.next(state, is).await["chat"].clone()
    }

    /// The chat that this browser was told of last.
    pub(crate) fn chat_id(&self) -> Value {
        self.socket.heard.iter().rev().find(|frame| frame["type"] == "chat").unwrap()["chat"]["id"].clone()
    }

    /// Everything that the server ever told this browser, as one text.
    pub(crate) fn everything(&self) -> String {
        self.socket.heard.iter().map(Value::to_string).collect()
    }

    pub(crate) async fn say(&mut self, chat: &Value, id: &str, text: &str) {
        self.socket.send(json!({ "type": "say", "chat": chat, "id": id, "text": text })).await;
    }

    pub(crate) async fn message(&mut self, text: &str) -> Value {
        let is = |frame: &Value| frame["type"] == "message" && frame["message"]["text"] == text;
        self.socket.next(text, is).await["message"].clone()
    }
}

impl Console {
    pub(crate) async fn sign_in(address: SocketAddr, token: &str, user: UserId) -> Self {
        let cookie = format!("beckon_session={token}");
        let origin = format!("http://{address}");
        let headers = [("cookie", cookie.as_str()), ("origin", origin.as_str())];
        let mut socket = Socket::connect(format!("ws://{address}/live/agent"), &headers).await;
        socket.send(json!({ "type": "hello", "v": 1, "chats": [] })).await;
        socket.next_of("welcome").await;
        Self { socket, user, cookie, address, next_ref: 0 }
    }

    /// Sends a command; yields its answer, `done` or `refused`.
    pub(crate) async fn command(&mut self, mut frame: Value) -> Value {
        self.next_ref += 1;
        let reference = self.next_ref.to_string();
        frame["ref"] = json!(reference);
        self.socket.send(frame).await;
        self.socket.next("an answer", |frame| frame["ref"] == reference.as_str()).await
    }

    /// A chat once it is in this state.
    pub(crate) async fn chat(&mut self, state: &str) -> Value {
        let is = |frame: &Value| frame["type"] == "chat" && frame["chat"]["state"] == state;
        self.socket.next(state, is).await["chat"].clone()
    }

    /// The chat once it rings at this agent.
    pub(crate) async fn ring(&mut self) -> Value {
        let me = self.user.to_string();
        let is = |frame: &Value| {
            frame["chat"]["state"] == "ringing" && frame["chat"]["agent"]["id"] == me.as_str()
        };
        self.socket.next("a ring", is).await["chat"].clone()
    }

    /// This chat once it rings at this agent, whatever rang before.
    pub(crate) async fn ring_of(&mut self, chat: &Value) -> Value {
        let me = self.user.to_string();
        let is = |frame: &Value| {
            frame["chat"]["state"] == "ringing"
                && frame["chat"]["agent"]["id"] == me.as_str()
                && frame["chat"]["id"] == *chat
        };
        self.socket.next("a ring of this chat", is).await["chat"].clone()
    }

    /// The next chat that rings at this agent after this one: of that it may have been told more than once.
    pub(crate) async fn ring_after(&mut self, before: &Value) -> Value {
        let me = self.user.to_string();
        let is = |frame: &Value| {
            frame["chat"]["state"] == "ringing"
                && frame["chat"]["agent"]["id"] == me.as_str()
                && frame["chat"]["id"] != *before
        };
        self.socket.next("a ring of another chat", is).await["chat"].clone()
    }

    /// Takes a ringing chat and follows it; yields it as it is then.
    pub(crate) async fn take(&mut self) -> Value {
        let chat = self.ring().await;
        self.take_rung(&chat).await
    }

    /// Takes this chat, which rings, and follows it; yields it as it is then.
    pub(crate) async fn take_rung(&mut self, chat: &Value) -> Value {
        let done = self.command(json!({ "type": "accept", "chat": chat["id"] })).await;
        assert_eq!(done["type"], "done", "{done}");
        self.socket.send(json!({ "type": "follow", "chat": chat["id"], "after": 0 })).await;
        // It may have been told of it while another agent had it.
        let me = self.user.to_string();
        let is = |frame: &Value| {
            frame["chat"]["state"] == "active"
                && frame["chat"]["agent"]["id"] == me.as_str()
                && frame["chat"]["id"] == chat["id"]
        };
        self.socket.next("the chat that was taken", is).await["chat"].clone()
    }

    pub(crate) async fn say(&mut self, chat: &Value, id: &str, text: &str) {
        let frame = json!({ "type": "say", "chat": chat["id"], "id": id, "epoch": chat["owner_epoch"], "text": text });
        self.socket.send(frame).await;
    }

    pub(crate) async fn message(&mut self, text: &str) -> Value {
        let is = |frame: &Value| frame["type"] == "message" && frame["message"]["text"] == text;
        self.socket.next(text, is).await["message"].clone()
    }

    /// What REST answers to something made, signed in as this person.
    pub(crate) async fn write(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("POST", path, body).await
    }

    /// What REST answers to a value that is put in place of another.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send("PUT", path, body).await
    }

    /// What REST answers to a change, signed in as this person.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            self.cookie,
            body.len()
        );
        let (status, body) = exchange(self.address, &request).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    /// What REST says, signed in as this person.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\nconnection: close\r\n\r\n",
            self.address, self.cookie
        );
        let (status, body) = exchange(self.address, &request).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// What REST says once `is` holds of it: what is observed is written behind.
    pub(crate) async fn read_until(&self, path: &str, is: impl Fn(&Value) -> bool) -> Value {
        let mut said = Value::Null;
        let reading = async {
            loop {
                said = self.read(path).await;
                if is(&said) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(PATIENCE, reading).await.is_err() {
            panic!("{path} does not come to it: {said:#}");
        }
        said
    }
}

/// Sends a poll; yields the status and the notices.
pub(crate) async fn poll(address: SocketAddr, origin: &str, frames: Value) -> (u16, Vec<Value>) {
    let body = json!({ "frames": frames }).to_string();
    let request = format!(
        "POST /live/visitor HTTP/1.1\r\nhost: {address}\r\norigin: {origin}\r\ncontent-type: text/plain\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let (status, body) = exchange(address, &request).await;
    let answer: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{status}: {body}"));
    (status, answer["notices"].as_array().unwrap().clone())
}

/// What `GET` of this path answers to a browser at `origin`: status and body.
pub(crate) async fn get(address: SocketAddr, origin: &str, user_agent: &str, path: &str) -> (u16, String) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\norigin: {origin}\r\nuser-agent: {user_agent}\r\n\
         connection: close\r\n\r\n"
    );
    exchange(address, &request).await
}

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let named = |line: &&str| line.split_once(':').is_some_and(|(has, _)| has.eq_ignore_ascii_case(name));
        let line = self.head.lines().find(named).unwrap_or_default();
        line.split_once(':').map_or("", |(_, value)| value.trim())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }
}

/// Calls an address with a body of any bytes.
pub(crate) async fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut request =
        format!("{method} {path} HTTP/1.0\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

async fn exchange(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// What `/readyz` says, with its status.
pub(crate) async fn readiness(address: SocketAddr) -> (u16, Value) {
    let answer = call(address, "GET", "/readyz", &[], &[]).await;
    (answer.status, answer.json())
}

/// Waits until `/readyz` says this.
pub(crate) async fn until_ready_says(address: SocketAddr, status: u16, said: &str) -> Value {
    let waiting = async {
        loop {
            let (code, body) = readiness(address).await;
            if (code, &body["status"]) == (status, &json!(said)) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap_or_else(|_| panic!("never {said}"))
}
