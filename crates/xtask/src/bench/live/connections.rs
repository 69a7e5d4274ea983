//! Owns the visitors of the benches: real connections, plain and blocking, from many addresses.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

use super::served::Served;
use crate::shop::{BROWSER, ORIGIN};
use crate::workspace::capture;

/// Connections from one source address; more would look like an attack, and ports run out.
const PER_ADDRESS: u32 = 100;
/// Threads that connect.
const THREADS: u32 = 8;
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// A visitor's connection.
pub(super) type Visitor = WebSocket<TcpStream>;

/// Connects so many visitors, each on a page.
///
/// # Errors
/// When one is refused.
pub(super) fn connect(served: &Served, count: u32) -> anyhow::Result<Vec<Visitor>> {
    raise_limit(count)?;
    std::thread::scope(|scope| {
        let shares: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let share = (thread..count).step_by(THREADS as usize);
                    share.map(|number| visitor(served, number)).collect::<anyhow::Result<Vec<_>>>()
                })
            })
            .collect();
        let mut visitors = Vec::new();
        for share in shares {
            visitors.extend(share.join().expect("connecting reports its errors")?);
        }
        Ok(visitors)
    })
}

/// A stream from the address of visitors with this number.
///
/// # Errors
/// When it cannot be connected.
pub(super) fn stream(address: SocketAddr, number: u32) -> anyhow::Result<TcpStream> {
    let [_, _, high, low] = (number / PER_ADDRESS + 2).to_be_bytes();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 1, high, low), 0)).into())?;
    socket.connect(&address.into())?;
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    Ok(stream)
}

/// What a visitor says first; to a bare server too, which makes nothing of it.
pub(super) fn hello(served: &Served) -> Value {
    served.shop.as_ref().map_or_else(|| json!({ "type": "hello" }), |shop| shop.hello("/about"))
}

fn visitor(served: &Served, number: u32) -> anyhow::Result<Visitor> {
    let mut request = format!("ws://{}/live/visitor", served.address).into_client_request()?;
    request.headers_mut().insert("origin", HeaderValue::from_static(ORIGIN));
    request.headers_mut().insert("user-agent", HeaderValue::from_static(BROWSER));
    let config = WebSocketConfig::default().read_buffer_size(1024).write_buffer_size(0);
    let stream = stream(served.address, number)?;
    let (mut socket, _) = tungstenite::client::client_with_config(request, stream, Some(config))
        .map_err(|error| anyhow::anyhow!("visitor {number}: {error}"))?;
    socket.send(Message::text(hello(served).to_string()))?;
    if served.shop.is_some() {
        let answer = socket.read().with_context(|| format!("visitor {number}"))?;
        if !answer.to_text().is_ok_and(|text| text.contains("\"welcome\"")) {
            bail!("visitor {number}: the server answered {answer}");
        }
    }
    Ok(socket)
}

/// Reads what has come and waits for nothing.
///
/// # Errors
/// When the connection is over.
pub(super) fn drain(visitor: &mut Visitor) -> anyhow::Result<()> {
    visitor.get_ref().set_nonblocking(true)?;
    let ended = loop {
        match visitor.read() {
            Ok(Message::Close(frame)) => break Some(format!("closed: {frame:?}")),
            Ok(_) => {}
            Err(tungstenite::Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
                break None;
            }
            Err(error) => break Some(error.to_string()),
        }
    };
    visitor.get_ref().set_nonblocking(false)?;
    match ended {
        Some(how) => bail!("a connection ended: {how}"),
        None => Ok(()),
    }
}

/// Every connection is an open file, here and in the server, which is started later and inherits the limit.
///
/// # Errors
/// When it cannot be raised.
pub(super) fn raise_limit(count: u32) -> anyhow::Result<()> {
    // The same for every crowd: a limit that was lowered cannot be raised again.
    const FILES: u32 = 20_000;
    let wanted = FILES.max(count + 1000);
    let own = std::process::id().to_string();
    capture(Command::new("prlimit").args(["--pid", &own, &format!("--nofile={wanted}:{wanted}")]))
        .or_else(|_| capture(Command::new("prlimit").args(["--pid", &own, &format!("--nofile={wanted}:")])))
        .with_context(|| format!("cannot raise the limit of open files to {wanted}"))?;
    Ok(())
}
