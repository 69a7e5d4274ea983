//! Owns the demo: a server with sample people, queue, offers and rules, a shop on another port, and simulated visitors.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ipnet::{IpNet, Ipv4Net};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::app::{self, Node, StopSignals, WaysOut};
use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::{Database, Mail};

use access_log::AccessLog;

mod access_log;
mod canned;
mod seed;
mod shop;
mod shopper;
mod traffic;

/// The demo tells webhooks on its own machine too, so that one can be tried.
const LOOPBACK: IpNet = IpNet::V4(Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 0, 0, 0), 8));

/// What the demo is asked for.
#[derive(Clone, Debug)]
pub struct Demo {
    /// Where server and console listen.
    pub listen: SocketAddr,
    /// Where the shop listens.
    pub shop_listen: SocketAddr,
    /// Simulated visitors.
    pub visitors: u32,
    /// Folder of the database; a new one that goes away with the demo when absent.
    pub data: Option<PathBuf>,
    /// File to which the page views of the simulated visitors are written, as a web server would; none when absent.
    pub access_log: Option<PathBuf>,
    /// Print one line of JSON instead of a text.
    pub json: bool,
    /// How mail leaves; off when absent.
    pub mail: Option<Mail>,
}

/// What the demo prints when it is ready.
#[derive(Debug, Serialize)]
struct Ready {
    console: String,
    shop: String,
    users: Vec<seed::Account>,
}

/// Runs the demo until the process is told to stop.
///
/// # Errors
/// When the database or an address cannot be had.
pub async fn run(demo: Demo) -> anyhow::Result<()> {
    let throw_away = demo.data.is_none().then(|| {
        let name = format!("beckon-demo-{}", Clock::System.new_id().simple());
        std::env::temp_dir().join(name)
    });
    let dir = demo.data.clone().or_else(|| throw_away.clone()).expect("one of the two is there");
    let console_listener = app::bind(demo.listen).await?;
    let shop_listener = app::bind(demo.shop_listen).await?;
    let console = origin(&console_listener)?;
    let shop = origin(&shop_listener)?;

    let store = app::open_with_secrets(&Database::Sqlite(dir), None).await?;
    let secret = seed::plant(&store, &Clock::System, &shop).await?;
    let out = WaysOut::new(demo.mail.as_ref(), vec![LOOPBACK])?;
    let node = Node::start(store, Clock::System, Bus::local(), out).await?;
    let signals = StopSignals::catch();
    announce(&Ready { console: console.clone(), shop: shop.clone(), users: seed::accounts() }, demo.json)?;

    let stopping = node.stopping();
    tokio::spawn(shop::serve(shop_listener, console.clone(), secret, stopping.clone()));
    let log = demo.access_log.as_deref().map(AccessLog::create).transpose()?.map(Arc::new);
    for number in 0..demo.visitors {
        let (console, shop) = (console.clone(), shop.clone());
        tokio::spawn(traffic::browse(number, console, shop, log.clone(), stopping.clone()));
    }
    let served = app::serve_until_stopped(node, console_listener, signals, Duration::ZERO).await;
    if let Some(dir) = throw_away {
        std::fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    served
}

fn origin(listener: &TcpListener) -> anyhow::Result<String> {
    Ok(format!("http://{}", listener.local_addr().context("the listener has no address")?))
}

#[expect(clippy::print_stdout, reason = "what the demo prints is its interface")]
fn announce(ready: &Ready, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(ready)?);
        return Ok(());
    }
    println!("Console  {}", ready.console);
    println!("Shop     {}", ready.shop);
    println!();
    for user in &ready.users {
        println!("  {:<20} {:<12} password {}", user.email, user.role, user.password);
    }
    println!();
    println!("1. Open the console, sign in as {}, and set the status to Ready.", ready.users[1].email);
    println!("2. Open {}/product/oslo-chair in another window and wait ten seconds.", ready.shop);
    println!("3. Accept the offer, fill in the form, and answer in the console.");
    println!();
    println!("Stop with Ctrl-C.");
    Ok(())
}
