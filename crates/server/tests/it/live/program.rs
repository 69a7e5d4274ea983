//! Owns a real server in a process of its own, which is killed without a word, stays away for a while, and comes back on
//! the same database. Tests nothing.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use beckon_engine::id::{QueueId, UserId};
use beckon_server::clock::Clock;
use beckon_server::store::column::Text;
use beckon_server::store::mail::{MailRow, list_mails};
use beckon_server::store::opening::SQLITE_FILE;
use beckon_server::store::queue::{QueueRow, find_queue, insert_queue, update_queue};
use beckon_server::store::site::SiteRow;
use beckon_server::store::user::Role;
use beckon_server::store::{Store, Tx};
use serde_json::{Value, json};

use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, employ, plant, product};
use crate::harness::Database;

/// Longer than a start or a sweep takes on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(40);

/// Every time that stands in the database, put back: for the server it is as if it had been away for so long.
const AWAY: [&str; 12] = [
    "UPDATE chats SET requested_at = requested_at - $1, queued_at = queued_at - $1, answered_at = answered_at - $1,
         ended_at = ended_at - $1, due_at = due_at - $1, held_until = held_until - $1, wait_due = wait_due - $1,
         idle_warned_at = idle_warned_at - $1, requeued_at = requeued_at - $1, wrap_up_due = wrap_up_due - $1",
    "UPDATE messages SET sent_at = sent_at - $1",
    "UPDATE visits SET started_at = started_at - $1, heard_at = heard_at - $1, ends_due = ends_due - $1",
    "UPDATE presentations SET presented_at = presented_at - $1, ignored_due = ignored_due - $1,
         passive_due = passive_due - $1, outcome_at = outcome_at - $1",
    "UPDATE users SET status_since = status_since - $1, heard_at = heard_at - $1, idle_since = idle_since - $1,
         rung_at = CASE WHEN rung_at > 0 THEN rung_at - $1 ELSE 0 END",
    "UPDATE chat_participants SET joined_at = joined_at - $1, left_at = left_at - $1",
    "UPDATE chat_calls SET called_at = called_at - $1, due_at = due_at - $1, settled_at = settled_at - $1",
    "UPDATE chat_transcripts SET asked_at = asked_at - $1, sent_at = sent_at - $1",
    "UPDATE enquiries SET created_at = created_at - $1, handled_at = handled_at - $1",
    "UPDATE mails SET created_at = created_at - $1, due_at = due_at - $1, sent_at = sent_at - $1",
    "UPDATE webhook_deliveries SET created_at = created_at - $1, due_at = due_at - $1, delivered_at = delivered_at - $1",
    "UPDATE webhook_tries SET at = at - $1",
];

/// A shop with a server in a process of its own; Alice and Bob serve its queue, Ada administers.
pub(crate) struct Place {
    database: Database,
    program: Program,
    /// Further arguments of the server.
    more: Vec<String>,
    site: SiteRow,
    queue: QueueRow,
    people: Vec<(String, String, UserId)>,
}

/// A server in a process of its own, which is killed with this value.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Place {
    pub(crate) async fn open(database: Database, plan: Plan) -> Self {
        Self::open_with(database, plan, &[]).await
    }

    /// A shop whose server has further arguments, whenever it is started.
    pub(crate) async fn open_with(database: Database, plan: Plan, more: &[&str]) -> Self {
        let store = database.open().await;
        let (site, queue, _) = plant(&store, &plan).await;
        let mut people = Vec::new();
        for (name, role) in [("Alice", Role::Agent), ("Bob", Role::Agent), ("Ada", Role::Admin)] {
            let now = Clock::System.now();
            let (token, user) = employ(&store, &queue, name, role, plan.slots, now).await;
            people.push((name.to_owned(), token, user));
        }
        store.close().await;
        let program = Program::start_with(&database, more);
        let more = more.iter().map(|argument| (*argument).to_owned()).collect();
        Self { database, program, more, site, queue, people }
    }

    /// `kill -9`; then the server is away for so many seconds, and comes back.
    pub(crate) async fn die(&mut self, away_s: i64) {
        self.program.kill();
        let store = self.database.open().await;
        let ms = away_s * 1_000;
        let mut tx = store.write().await.unwrap();
        for sql in AWAY {
            match &mut tx {
                Tx::Sqlite(tx) => drop(sqlx::query(sql).bind(ms).execute(&mut **tx).await.unwrap()),
                Tx::Postgres(tx) => drop(sqlx::query(sql).bind(ms).execute(&mut **tx).await.unwrap()),
            }
        }
        self.put_back_hours(&mut tx, ms).await;
        tx.commit().await.unwrap();
        store.close().await;
        let more: Vec<&str> = self.more.iter().map(String::as_str).collect();
        self.program = Program::start_with(&self.database, &more);
    }

    /// What was set at the queue by hand ends so much sooner. Its hours are told by a clock on the wall: after whole hours that
    /// clock shows what one so far further east shows now, where the hours were those of UTC.
    async fn put_back_hours(&self, tx: &mut Tx, ms: i64) {
        let mut queue = find_queue(tx, *self.queue.id).await.unwrap().unwrap();
        let hours = ms / 3_600_000;
        if hours == 0 && queue.by_hand.is_none() {
            return;
        }
        if let Some(by_hand) = &mut queue.by_hand {
            by_hand.0.until = by_hand.0.until.map(|until| until.plus_ms(-ms));
        }
        if hours > 0 {
            queue.plan.0.hours.time_zone = format!("Etc/GMT-{hours}");
        }
        update_queue(tx, &queue).await.unwrap();
    }

    /// The server stops, as a service manager asks it to.
    pub(crate) async fn stop(&mut self) {
        self.program.terminate();
        assert!(self.program.ended().await.success());
    }

    /// `kill -9`; nobody comes after.
    pub(crate) fn kill(&mut self) {
        self.program.kill();
    }

    /// A server on another database, or on the same, with further arguments.
    pub(crate) fn start_on(&mut self, database: Database, more: &[&str]) {
        self.program = Program::start_with(&database, more);
        self.more = more.iter().map(|argument| (*argument).to_owned()).collect();
        self.database = database;
    }

    /// Another queue of the site.
    pub(crate) async fn add_queue(&mut self, id: QueueId) {
        let store = self.database.open().await;
        let mut tx = store.write().await.unwrap();
        let queue =
            QueueRow { id: Text(id), is_default: false, name: "Other".to_owned(), ..self.queue.clone() };
        insert_queue(&mut tx, &queue).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        self.die(0).await;
    }

    /// The path of what the site has under this name.
    pub(crate) fn of_site(&self, what: &str) -> String {
        format!("/api/v1/sites/{}/{what}", *self.site.id)
    }

    /// The path of the queue.
    pub(crate) fn path_of_queue(&self) -> String {
        format!("/api/v1/queues/{}", *self.queue.id)
    }

    /// Ada switches something at the queue; yields it as it is then.
    pub(crate) async fn switch(&self, switches: Value) -> Value {
        let path = format!("{}/switches", self.path_of_queue());
        let (status, queue) = self.console("Ada").await.send("PATCH", &path, &switches).await;
        assert_eq!(status, 200, "{queue}");
        queue
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.program.address
    }

    /// Someone's console.
    pub(crate) async fn console(&self, name: &str) -> Console {
        let (_, token, user) = self.people.iter().find(|(known, ..)| known == name).unwrap();
        Console::sign_in(self.program.address, token, *user).await
    }

    /// The console of an agent who is ready.
    pub(crate) async fn ready(&self, name: &str) -> Console {
        let mut console = self.console(name).await;
        console.command(json!({ "type": "status", "status": "ready" })).await;
        console
    }

    /// A new browser on the product page.
    pub(crate) async fn browser(&self) -> Browser {
        self.say_hello(json!({ "pages": [product(1)] })).await
    }

    /// A browser that comes back, with the chat that it shows.
    pub(crate) async fn back(&self, before: &Browser, chat: &Value) -> Browser {
        let mut hello = json!({ "token": before.token(), "pages": [product(1)] });
        if chat.is_string() {
            hello["chat"] = json!({ "id": chat, "after": 0 });
        }
        self.say_hello(hello).await
    }

    async fn say_hello(&self, hello: Value) -> Browser {
        let mut browser = Browser::connect(self.program.address, Some(ORIGIN)).await;
        browser.hello(&self.site.key, hello).await;
        browser
    }

    /// The chat, as the console reads it, once `is` holds of it.
    pub(crate) async fn chat_once(&self, chat: &Value, is: impl Fn(&Value) -> bool) -> Value {
        self.once(&format!("/api/v1/chats/{}", chat.as_str().unwrap()), is).await
    }

    /// What REST says there once `is` holds of it.
    pub(crate) async fn once(&self, path: &str, is: impl Fn(&Value) -> bool) -> Value {
        let ada = self.console("Ada").await;
        let mut last = Value::Null;
        let wait = async {
            loop {
                last = ada.read(path).await;
                if is(&last) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, wait).await;
        assert!(came.is_ok(), "{path} did not come to it: {last:#}");
        last
    }

    /// The mails that leave or have left, newest first, as they stand in the database while the server works on it, once `is`
    /// holds of them.
    pub(crate) async fn mails_once(&self, is: impl Fn(&[MailRow]) -> bool) -> Vec<MailRow> {
        let store = match &self.database {
            Database::Sqlite(dir) => Store::look_at_sqlite(&dir.join(SQLITE_FILE)).await.unwrap(),
            Database::Postgres(url) => Store::look_at_postgres(url).await.unwrap(),
        };
        let mut mails = Vec::new();
        let wait = async {
            loop {
                mails = list_mails(&mut store.read().await.unwrap(), 10).await.unwrap();
                if is(&mails) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, wait).await;
        assert!(came.is_ok(), "the mails did not come to it: {mails:#?}");
        store.close().await;
        mails
    }

    /// The lines of Beckon's own in a chat, in order.
    pub(crate) async fn lines(&self, chat: &Value) -> Vec<String> {
        let path = format!("/api/v1/chats/{}/messages?limit=100", chat.as_str().unwrap());
        let messages = self.console("Ada").await.read(&path).await;
        let own = messages["items"].as_array().unwrap().iter().filter(|message| message["from"] == "system");
        own.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    /// The server dies once more and looks anew at all that waits: a visitor who comes then is rung for.
    pub(crate) async fn look_again(&mut self) {
        self.die(0).await;
        let mut bob = self.ready("Bob").await;
        let mut browser = self.browser().await;
        browser.open().await;
        browser.socket.send(json!({ "type": "open_chat" })).await;
        let chat = browser.chat("queued").await;
        bob.ring_of(&chat["id"]).await;
    }
}

impl Program {
    pub(crate) fn start(database: &Database) -> Self {
        Self::start_with(database, &[])
    }

    /// A server with further arguments.
    pub(crate) fn start_with(database: &Database, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BECKON_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "info"]).args(more);
        match database {
            Database::Sqlite(dir) => command.arg("--data").arg(dir),
            Database::Postgres(url) => {
                if !more.contains(&"--secret-key-file") {
                    command.args(["--secret-key", &"07".repeat(32)]);
                }
                command.args(["--database-url", url])
            }
        };
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                if let Some((_, port)) =
                    line.split_once("console, widget and API").and_then(|_| line.rsplit_once(':'))
                {
                    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
                    let _ = tell.send(SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())));
                }
            }
        });
        let address = told.recv_timeout(PATIENCE).expect("the server starts");
        Self { child, address }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the server to stop, as a service manager does.
    pub(crate) fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// How the server ended, once it has.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let waiting = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the server ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}
