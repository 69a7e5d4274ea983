//! Proves that connections to PostgreSQL that have fallen silent hold nobody up one after another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use beckon_server::store::Store;
use beckon_server::store::soundness::find_time;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{Database, with_postgres};

/// Connections that are idle when all fall silent.
const IDLE: usize = 5;
/// A connection that nobody used for so long is asked for a sign, milliseconds.
const ASKED_AFTER_MS: u64 = 1_100;

/// A way to PostgreSQL on which those connections fall silent that are there then.
#[derive(Clone, Default)]
struct Way {
    silent: Arc<AtomicBool>,
    /// Connections that were spoken to while they were silent.
    asked: Arc<AtomicUsize>,
}

impl Way {
    /// The address of the database at `url` by this way.
    async fn to(&self, url: &str) -> String {
        let (_, address) = url.split_once('@').expect("an address with a user");
        let (server, _) = address.split_once('/').expect("an address with a database");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let (way, to) = (self.clone(), server.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let silences = !way.silent.load(Ordering::SeqCst);
                tokio::spawn(way.clone().carry(client, to.clone(), silences));
            }
        });
        url.replacen(server, &here, 1)
    }

    async fn carry(self, client: TcpStream, server: String, silences: bool) {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = TcpStream::connect(server).await.unwrap().into_split();
        let back = tokio::spawn(async move { copy(&mut from_server, &mut to_client).await.map(drop) });
        let mut said = [0; 65_536];
        let mut asked = false;
        while let Ok(length @ 1..) = from_client.read(&mut said).await {
            if silences && self.silent.load(Ordering::SeqCst) {
                self.asked.fetch_add(usize::from(!asked), Ordering::SeqCst);
                asked = true;
            } else if to_server.write_all(&said[..length]).await.is_err() {
                break;
            }
        }
        back.abort();
    }
}

// spec: X-1 X-3
#[tokio::test]
async fn of_connections_that_fall_silent_together_one_is_waited_for() {
    with_postgres(async |database: Database| {
        let Database::Postgres(url) = &database else { panic!("it is PostgreSQL") };
        let way = Way::default();
        let store = Store::open_postgres(&way.to(url).await).await.unwrap();
        let mut taken = Vec::new();
        for _ in 0..IDLE {
            taken.push(store.read().await.unwrap());
        }
        drop(taken);
        tokio::time::sleep(Duration::from_millis(ASKED_AFTER_MS)).await;
        way.silent.store(true, Ordering::SeqCst);
        let mut taken = Vec::new();
        for _ in 0..IDLE {
            let mut tx = store.read().await.unwrap();
            assert!(find_time(&mut tx).await.unwrap().is_some());
            taken.push(tx);
        }
        assert_eq!(way.asked.load(Ordering::SeqCst), 1);
    })
    .await;
}
