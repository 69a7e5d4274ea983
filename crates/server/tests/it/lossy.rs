//! A way to PostgreSQL that loses the answer to one commit: what was committed stands, and whoever wrote it does not know.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// The way, as long as the test runs.
pub(crate) struct LossyWay {
    pub(crate) url: String,
    unlucky: Arc<Mutex<Unlucky>>,
}

#[derive(Clone, Copy)]
enum Unlucky {
    Nobody,
    /// Whoever says the first next, and then everyone who says the second.
    Next(&'static str, Option<&'static str>),
    /// Whoever says it next, as a unit of work by itself.
    Alone(&'static str),
    Everyone(&'static str),
}

/// How a connection ended.
enum End {
    Closed,
    /// The client has committed, and the answer is to be lost.
    Unheard,
}

/// What a client must say before the answer is lost.
enum Loses {
    Nothing,
    AtCommit,
    /// After its text, a statement is sent once more to be executed.
    AtNext,
}

impl LossyWay {
    /// To the database at `url`.
    pub(crate) async fn to(url: &str) -> Self {
        let (_, address) = url.split_once('@').expect("an address with a user");
        let (server, _) = address.split_once('/').expect("an address with a database");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let unlucky = Arc::new(Mutex::new(Unlucky::Nobody));
        let (losing, to) = (Arc::clone(&unlucky), server.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, to.clone(), Arc::clone(&losing)));
            }
        });
        Self { url: url.replacen(server, &here, 1), unlucky }
    }

    /// The next unit of work that says `statement` is committed, and loses the answer. Who says `then` afterwards, if there is such,
    /// loses the connection unheard. Both are seen where they are said for the first time on a connection.
    pub(crate) fn lose(&self, statement: &'static str, then: Option<&'static str>) {
        *self.unlucky.lock().unwrap() = Unlucky::Next(statement, then);
    }

    /// The same for a statement that is a unit of work by itself.
    pub(crate) fn lose_alone(&self, statement: &'static str) {
        *self.unlucky.lock().unwrap() = Unlucky::Alone(statement);
    }
}

async fn carry(client: TcpStream, server: String, unlucky: Arc<Mutex<Unlucky>>) {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = TcpStream::connect(server).await.unwrap().into_split();
    let end = tokio::select! {
        end = ask(from_client, to_server, &unlucky) => end,
        _ = copy(&mut from_server, &mut to_client) => End::Closed,
    };
    if let End::Unheard = end {
        // The server answers when it has committed.
        drop(from_server.read(&mut [0; 1024]).await);
    }
}

/// Carries what the client says.
async fn ask(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, unlucky: &Mutex<Unlucky>) -> End {
    let mut said = [0; 65_536];
    let mut loses = Loses::Nothing;
    loop {
        let Ok(length @ 1..) = client.read(&mut said).await else { return End::Closed };
        let text = String::from_utf8_lossy(&said[..length]);
        let lost = match loses {
            Loses::Nothing => false,
            Loses::AtCommit => text.contains("COMMIT"),
            Loses::AtNext => true,
        };
        let whose = *unlucky.lock().unwrap();
        match whose {
            Unlucky::Next(statement, then) if text.contains(statement) => {
                *unlucky.lock().unwrap() = then.map_or(Unlucky::Nobody, Unlucky::Everyone);
                loses = Loses::AtCommit;
            }
            Unlucky::Alone(statement) if text.contains(statement) => {
                *unlucky.lock().unwrap() = Unlucky::Nobody;
                loses = Loses::AtNext;
            }
            Unlucky::Everyone(then) if text.contains(then) => return End::Closed,
            Unlucky::Nobody | Unlucky::Next(..) | Unlucky::Alone(_) | Unlucky::Everyone(_) => {}
        }
        if server.write_all(&said[..length]).await.is_err() {
            return End::Closed;
        }
        if lost {
            return End::Unheard;
        }
    }
}
