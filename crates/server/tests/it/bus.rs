//! Tests the bus over a real NATS server that goes away and comes back.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use beckon_engine::id::SiteId;
use beckon_server::bus::{Bus, Hint};
use tokio::process::{Child, Command};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

const HINT: Hint = Hint::SiteChanged { site: SiteId(Uuid::from_u128(7)) };

/// A port for a server of NATS.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that lives as long as this value.
pub(crate) fn nats(port: u16) -> Child {
    Command::new("nats-server")
        .args(["-a", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("nats-server is installed")
}

pub(crate) async fn connect(port: u16) -> Bus {
    let bus = Bus::nats(&format!("nats://127.0.0.1:{port}")).await.expect("it is an address");
    has_its_server(&bus).await;
    bus
}

async fn has_its_server(bus: &Bus) {
    let mut alone = bus.alone();
    let came = tokio::time::timeout(Duration::from_secs(30), alone.wait_for(|alone| !alone)).await;
    assert!(came.is_ok_and(|came| came.is_ok()), "NATS is there");
}

/// NATS comes: both have missed what happened meanwhile, and hear each other from then on.
async fn come(port: u16, one: &Bus, at_one: &mut Receiver<Hint>, at_other: &mut Receiver<Hint>) -> Child {
    let server = nats(port);
    until(at_one, &Hint::Lost).await;
    until(at_other, &Hint::Lost).await;
    told(one, at_other).await;
    server
}

async fn until(hints: &mut Receiver<Hint>, wanted: &Hint) {
    let heard = async { while hints.recv().await.expect("a hint") != *wanted {} };
    tokio::time::timeout(Duration::from_secs(30), heard)
        .await
        .unwrap_or_else(|_| panic!("{wanted:?} never came"));
}

/// A hint is no promise: what the server had not subscribed yet may be told again.
async fn told(bus: &Bus, hints: &mut Receiver<Hint>) {
    for _ in 0..300 {
        bus.publish(HINT);
        let heard = async { while hints.recv().await.expect("a hint") != HINT {} };
        if tokio::time::timeout(Duration::from_millis(100), heard).await.is_ok() {
            return;
        }
    }
    panic!("the hint never came");
}

// spec: X-1
#[tokio::test]
async fn after_nats_was_away_everything_is_read_anew() {
    let port = free_port();
    let mut server = nats(port);
    let (one, other) = (connect(port).await, connect(port).await);
    let (mut at_one, mut at_other) = (one.subscribe(), other.subscribe());
    told(&one, &mut at_other).await;
    until(&mut at_one, &HINT).await;
    server.kill().await.unwrap();
    one.publish(HINT);
    until(&mut at_one, &HINT).await;
    let _server = come(port, &one, &mut at_one, &mut at_other).await;
}

// spec: X-1, N-6
#[tokio::test]
async fn who_starts_while_nats_is_away_is_alone_until_it_comes() {
    let port = free_port();
    let url = format!("nats://127.0.0.1:{port}");
    let (one, other) = tokio::join!(Bus::nats(&url), Bus::nats(&url));
    let (one, other) = (one.expect("it starts all the same"), other.expect("it starts all the same"));
    assert!(one.is_away() && other.is_away());
    let (mut at_one, mut at_other) = (one.subscribe(), other.subscribe());
    one.publish(HINT);
    until(&mut at_one, &HINT).await;
    let _server = come(port, &one, &mut at_one, &mut at_other).await;
    has_its_server(&one).await;
    assert!(!one.is_away());
    assert!(Bus::nats("no address of anything").await.is_err());
}

// spec: X-1
#[tokio::test]
async fn hints_for_which_there_was_no_room_are_told_as_lost() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _server = nats(port);
    let (one, other) = (connect(port).await, connect(port).await);
    let mut at_other = other.subscribe();
    told(&one, &mut at_other).await;
    // Nothing is sent before this test waits for something.
    for _ in 0..10_000 {
        one.publish(HINT);
    }
    let heard = async {
        loop {
            match at_other.recv().await {
                Ok(Hint::Lost) => return,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => panic!("the bus is closed"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard).await.expect("the others hear that hints were lost");
}
