//! Owns reading the database beside the server, by SQL, with the systems' own programs. Such a program stays: starting one a second
//! takes more of a small machine than a node does. Writes nothing.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;

use anyhow::{Context, bail, ensure};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::packages;

/// The line after each answer.
const END: &str = "end-of-answer";
/// Runs a program with what it complains of among its answers.
const TOGETHER: &str = "exec \"$0\" \"$@\" 2>&1";
/// Answers each line, a query of the embedded database, with the rows as JSON, or with why not. The file is opened anew each time.
const PYTHON: &str = "\
import contextlib, json, sqlite3, sys
for query in sys.stdin:
    try:
        address = f'file:{sys.argv[1]}?mode=ro'
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=10)) as database:
            rows = database.execute(query)
            names = [column[0] for column in rows.description]
            print(json.dumps([dict(zip(names, row)) for row in rows]))
    except sqlite3.Error as error:
        print(error)
    print(sys.argv[2], flush=True)
";
/// Of an answer that is none, so much is repeated; characters.
const REPEATED: usize = 300;

/// Where a database is.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// The file.
    Sqlite(PathBuf),
    /// The address.
    Postgres(String),
}

/// A database that can be read.
pub(super) struct Database {
    source: Source,
    /// None before the first query, and after one that failed.
    reader: Mutex<Option<Reader>>,
}

/// A program that answers queries; ends with its value.
struct Reader {
    queries: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _program: Child,
}

impl Database {
    pub(super) fn new(source: Source) -> Self {
        Self { source, reader: Mutex::new(None) }
    }

    /// What a query of one line yields; its columns are named as the fields of `T`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn rows<T: DeserializeOwned>(&self, sql: &str) -> anyhow::Result<Vec<T>> {
        ensure!(!sql.contains('\n'), "a query is one line");
        let query = match &self.source {
            Source::Sqlite(_) => format!("{sql}\n"),
            Source::Postgres(_) => {
                format!("SELECT COALESCE(json_agg(row_to_json(r)), '[]') FROM ({sql}) r;\n\\echo {END}\n")
            }
        };
        let answer = self.answer(&query).await?;
        let rows = serde_json::from_str(&answer);
        rows.with_context(|| {
            let start: String = answer.chars().take(REPEATED).collect();
            format!("the database said: {start}")
        })
    }

    /// Asks the program that is there; where it has ended meanwhile, as when PostgreSQL was away, a new one.
    async fn answer(&self, query: &str) -> anyhow::Result<String> {
        if let Some(reader) = self.take()
            && let Ok(answer) = self.ask(reader, query).await
        {
            return Ok(answer);
        }
        self.ask(self.source.open()?, query).await
    }

    /// A program that has not answered to the end is not asked again.
    async fn ask(&self, mut reader: Reader, query: &str) -> anyhow::Result<String> {
        let answer = reader.ask(query).await?;
        *self.reader.lock().expect("nobody panics with the reader in hand") = Some(reader);
        Ok(answer)
    }

    fn take(&self) -> Option<Reader> {
        self.reader.lock().expect("nobody panics with the reader in hand").take()
    }
}

impl Source {
    fn open(&self) -> anyhow::Result<Reader> {
        let mut command = match self {
            Self::Sqlite(file) => {
                let mut command = Command::new("python3");
                command.args(["-c", PYTHON]).arg(file).arg(END);
                command
            }
            Self::Postgres(url) => {
                let program = packages::postgresql().context("PostgreSQL is missing")?.join("psql");
                let mut command = Command::new("sh");
                command.args(["-c", TOGETHER]).arg(program).args(["-X", "-A", "-t", "-q", "-d", url]);
                command
            }
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut program = command.spawn().context("cannot start the database's program")?;
        let queries = program.stdin.take().context("its input is piped")?;
        let answers = BufReader::new(program.stdout.take().context("its output is piped")?).lines();
        Ok(Reader { queries, answers, _program: program })
    }
}

impl Reader {
    async fn ask(&mut self, query: &str) -> anyhow::Result<String> {
        self.queries.write_all(query.as_bytes()).await?;
        let mut answer = String::new();
        while let Some(line) = self.answers.next_line().await? {
            if line == END {
                return Ok(answer);
            }
            answer.push_str(&line);
            answer.push('\n');
        }
        bail!("the database's program has ended: {}", answer.trim())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn a_reader_that_stays_sees_what_was_written_since_and_says_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let writer = rusqlite::Connection::open(&file).unwrap();
        writer.execute_batch("CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x\ny')").unwrap();
        let database = Database::new(Source::Sqlite(file));
        let all = "SELECT a, b FROM t ORDER BY a";
        assert_eq!(database.rows::<Value>(all).await.unwrap(), [json!({ "a": 1, "b": "x\ny" })]);
        let error = database.rows::<Value>("SELECT c FROM t").await.unwrap_err();
        assert!(format!("{error:#}").contains("no such column"), "{error:#}");
        writer.execute_batch("INSERT INTO t VALUES (2, 'z')").unwrap();
        assert_eq!(database.rows::<Value>(all).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_reader_that_has_ended_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE t (a INTEGER)").unwrap();
        let database = Database::new(Source::Sqlite(file));
        assert!(database.rows::<Value>("SELECT a FROM t").await.unwrap().is_empty());
        let mut reader = database.take().expect("it stays");
        reader._program.kill().await.unwrap();
        *database.reader.lock().unwrap() = Some(reader);
        assert!(database.rows::<Value>("SELECT a FROM t").await.unwrap().is_empty());
    }
}
