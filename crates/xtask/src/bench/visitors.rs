//! What an idle visitor costs the server in memory: the release binary, real WebSockets, resident memory from
//! `/proc`. The client is plain and blocking: it opens, says hello, and then only sends heartbeats.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

use super::Row;
use crate::service::bound_to_us;
use crate::workspace::{capture, target};

/// The most an idle visitor may cost, in KB.
const VISITOR_KB_MAX: f64 = 16.0;
/// Connections from one source address; more would look like an attack, and ports run out.
const PER_ADDRESS: u32 = 100;
/// Threads of the client.
const THREADS: u32 = 16;
/// How often a visitor says that it is still there; the demo's Poll Interval is longer.
const HEARTBEAT: Duration = Duration::from_secs(8);
/// How long the server may settle before its memory is read.
const SETTLE: Duration = Duration::from_secs(5);

/// Connects `count` visitors and reads the server's memory before and after.
pub(super) fn measure(count: u32) -> anyhow::Result<Vec<Row>> {
    raise_limit(count)?;
    let server = Server::start()?;
    // A first visitor pays for what is made once: pools, caches, compiled rules.
    let mut first = server.visitor(0)?;
    std::thread::sleep(SETTLE);
    let before = server.resident_kb()?;
    beat(std::slice::from_mut(&mut first))?;
    let (after, took) = with_crowd(&server, count)?;
    let per_visitor = (after - before) / f64::from(count);
    Ok(vec![
        Row { name: "server, one visitor".into(), value: before / 1024.0, unit: "MB", limit: None },
        Row {
            name: format!("server, {count} idle visitors"),
            value: after / 1024.0,
            unit: "MB",
            limit: None,
        },
        Row { name: "an idle visitor".into(), value: per_visitor, unit: "KB", limit: Some(VISITOR_KB_MAX) },
        Row {
            name: "new visitors".into(),
            value: f64::from(count) / took.as_secs_f64(),
            unit: "/s",
            limit: None,
        },
    ])
}

/// Connects the visitors on several threads, which then keep them alive; yields the server's memory with all of them
/// connected, and how long connecting took.
fn with_crowd(server: &Server, count: u32) -> anyhow::Result<(f64, Duration)> {
    let (connected, leave) = (AtomicU32::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let started = Instant::now();
        let crowds: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (connected, leave) = (&connected, &leave);
                scope.spawn(move || {
                    // Also when a visitor is refused: the others then need not wait for it.
                    let crowd =
                        crowd(server, (thread + 1..=count).step_by(THREADS as usize), connected, leave);
                    leave.fetch_or(crowd.is_err(), Ordering::Relaxed);
                    crowd
                })
            })
            .collect();
        while connected.load(Ordering::Relaxed) < count && !leave.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let took = started.elapsed();
        std::thread::sleep(SETTLE);
        let after = server.resident_kb();
        leave.store(true, Ordering::Relaxed);
        let mut open = 0;
        for crowd in crowds {
            let mut crowd = crowd.join().expect("a crowd reports its errors")?;
            open += crowd.iter_mut().map(is_open).filter(|open| *open).count();
        }
        if u32::try_from(open)? != count {
            bail!("{open} of {count} connections are still open");
        }
        Ok((after?, took))
    })
}

/// Connects its share of the visitors and sends their heartbeats until it is time to leave.
fn crowd(
    server: &Server,
    share: impl Iterator<Item = u32>,
    connected: &AtomicU32,
    leave: &AtomicBool,
) -> anyhow::Result<Vec<WebSocket<TcpStream>>> {
    let mut visitors = Vec::new();
    let mut beaten = Instant::now();
    let mut share = share;
    while !leave.load(Ordering::Relaxed) {
        match share.next() {
            Some(number) => {
                visitors.push(server.visitor(number)?);
                connected.fetch_add(1, Ordering::Relaxed);
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
        if beaten.elapsed() > HEARTBEAT {
            beat(&mut visitors)?;
            beaten = Instant::now();
        }
    }
    Ok(visitors)
}

fn beat(visitors: &mut [WebSocket<TcpStream>]) -> anyhow::Result<()> {
    for visitor in visitors {
        visitor.send(Message::text(r#"{"type":"beat"}"#))?;
    }
    Ok(())
}

/// A demo on a data folder of its own, so that there is a site to visit.
struct Server {
    child: Child,
    address: SocketAddr,
    origin: String,
    site: String,
    _data: tempfile::TempDir,
}

impl Server {
    fn start() -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let mut command = bound_to_us();
        command.arg(target()?.join("release/beckon")).args(["demo", "--json"]);
        command.args(["--listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0", "--data"]).arg(data.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("cannot start the release binary")?;
        let output = child.stdout.take().context("the output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("the demo did not say that it is ready")?;
        let url = |key: &str| Ok::<_, anyhow::Error>(ready[key].as_str().context("no address")?.to_owned());
        let (console, shop) = (url("console")?, url("shop")?);
        let address = console.trim_start_matches("http://").trim_end_matches('/').parse()?;
        let site = site_key(&shop)?;
        Ok(Self { child, address, origin: shop.trim_end_matches('/').to_owned(), site, _data: data })
    }

    /// Opens a connection and waits for the welcome.
    fn visitor(&self, number: u32) -> anyhow::Result<WebSocket<TcpStream>> {
        let [_, _, high, low] = (number / PER_ADDRESS + 2).to_be_bytes();
        let source = Ipv4Addr::new(127, 1, high, low);
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((source, 0)).into())?;
        socket.connect(&self.address.into())?;
        let stream = TcpStream::from(socket);
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut request = format!("ws://{}/live/visitor", self.address).into_client_request()?;
        request.headers_mut().insert("origin", HeaderValue::from_str(&self.origin)?);
        request.headers_mut().insert("user-agent", HeaderValue::from_static(BROWSER));
        let config = WebSocketConfig::default().read_buffer_size(1024).write_buffer_size(0);
        let (mut socket, _) = tungstenite::client::client_with_config(request, stream, Some(config))
            .map_err(|error| anyhow::anyhow!("visitor {number}: {error}"))?;
        let page = json!({ "tab": 1, "view": 1, "url": format!("{}/", self.origin), "title": "Halden", "referrer": "" });
        let hello = json!({ "type": "hello", "v": 1, "site": self.site, "language": "en", "time_zone": "Europe/Oslo", "pages": [page] });
        socket.send(Message::text(hello.to_string()))?;
        let answer = socket.read().with_context(|| format!("visitor {number}"))?;
        if !answer.to_text().is_ok_and(|text| text.contains("\"welcome\"")) {
            bail!("visitor {number}: the server answered {answer}");
        }
        Ok(socket)
    }

    /// Resident memory.
    fn resident_kb(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the visitors call themselves; a bot would not be tracked.
const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";

/// The key in the snippet of the shop's first page.
fn site_key(shop: &str) -> anyhow::Result<String> {
    let address: SocketAddr = shop.trim_start_matches("http://").trim_end_matches('/').parse()?;
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    let (_, rest) = page.split_once("data-site=\"").context("the shop's page has no snippet")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

fn is_open(socket: &mut WebSocket<TcpStream>) -> bool {
    if socket.get_ref().set_nonblocking(true).is_err() {
        return false;
    }
    loop {
        match socket.read() {
            Ok(Message::Close(_)) => return false,
            Ok(_) => {}
            Err(tungstenite::Error::Io(error)) => {
                return error.kind() == std::io::ErrorKind::WouldBlock;
            }
            Err(_) => return false,
        }
    }
}

/// Every connection is an open file, here and in the server, which inherits the limit.
fn raise_limit(count: u32) -> anyhow::Result<()> {
    let wanted = count + 1000;
    let own = std::process::id().to_string();
    capture(Command::new("prlimit").args(["--pid", &own, &format!("--nofile={wanted}:{wanted}")]))
        .or_else(|_| capture(Command::new("prlimit").args(["--pid", &own, &format!("--nofile={wanted}:")])))
        .with_context(|| format!("cannot raise the limit of open files to {wanted}"))?;
    Ok(())
}
