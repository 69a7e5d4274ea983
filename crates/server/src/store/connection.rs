//! Owns the connections to PostgreSQL: how they are had, and that one that has fallen silent without being closed holds nobody
//! up for long, such as after its machine has vanished or a firewall has forgotten it.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{Connection, FromRow, PgConnection, PgPool, Postgres, Transaction};

use super::StoreError;
use super::run::each;

/// Connections of one node, beside the one for [`pool_of_checks`].
const CONNECTIONS: u32 = 16;
/// Who waits longer than this for a connection is told that the database is away.
const HAD_WITHIN: Duration = Duration::from_secs(30);
/// A connection that nobody used for this time is asked for a sign before it is used again.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// A sign comes within this time, else the connection is given up.
const SIGN_WITHIN: Duration = Duration::from_secs(3);
/// What a statement may take while others wait for it, locks included.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// What one may take that waits for no lock, as those that only read.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// For the server, a client that is silent within a unit of work, or that does not answer at all, is gone, and what it holds
/// locked is free again.
const FORGETTING: &str = "SET idle_in_transaction_session_timeout = '10s'; SET tcp_keepalives_idle = 10;
    SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

/// A unit of work on PostgreSQL.
#[derive(Debug)]
pub struct PostgresTx {
    tx: Transaction<'static, Postgres>,
    within: Duration,
}

/// A pool of connections, of which one is made at once.
///
/// # Errors
/// When the server cannot be reached.
pub(super) async fn pool(options: PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    of(CONNECTIONS).connect_with(options).await
}

/// A pool of one connection, for whoever must not wait until others have ended their work. It is made when it is needed.
pub(super) fn pool_of_checks(options: PgConnectOptions) -> PgPool {
    of(1).connect_lazy_with(options)
}

/// When a connection was last found silent. What silenced it may have silenced those made before: they are given up unasked, so that
/// nobody waits for one after another.
#[derive(Clone, Debug, Default)]
struct Silence(Arc<Mutex<Option<Instant>>>);

impl Silence {
    fn may_have_come_to(&self, age: Duration) -> bool {
        let found = *self.0.lock().expect("nobody panics with it");
        found.is_some_and(|at| age > at.elapsed())
    }

    /// A connection gives no sign since it was asked.
    fn found(&self, asked_at: Instant) {
        let mut found = self.0.lock().expect("nobody panics with it");
        *found = (*found).max(Some(asked_at));
    }
}

fn of(connections: u32) -> PgPoolOptions {
    let silence = Silence::default();
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(HAD_WITHIN)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::raw_sql(FORGETTING).execute(connection).await.map(drop) })
        })
        // Both ask for a sign themselves otherwise, and wait for it for ever.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let silence = silence.clone();
            Box::pin(async move {
                if silence.may_have_come_to(meta.age) {
                    return Err(late());
                }
                if meta.idle_for > TRUSTED_FOR {
                    let asked_at = Instant::now();
                    let signed = sign(connection).await;
                    if asked_at.elapsed() >= SIGN_WITHIN {
                        silence.found(asked_at);
                    }
                    signed?;
                }
                Ok(true)
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move {
                sign(connection).await?;
                Ok(true)
            })
        })
}

async fn sign(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    within(SIGN_WITHIN, connection.ping()).await
}

/// What the database answers, unless that takes too long.
pub(super) async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(time, work).await.unwrap_or_else(|_| Err(late()))
}

fn late() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer came"))
}

/// Why a statement that is a unit of work by itself yields nothing.
#[derive(Debug)]
pub struct NotAtOnce {
    /// What failed.
    pub error: StoreError,
    /// The answer is missing: what it writes may be written.
    pub in_doubt: bool,
}

/// The rows of a statement that is a unit of work by itself.
pub(super) async fn rows_at_once<T>(
    pool: &PgPool,
    query: Query<'_, Postgres, PgArguments>,
) -> Result<Vec<T>, NotAtOnce>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    let had = within(had_within(pool), pool.acquire()).await;
    let mut connection = had.map_err(|error| NotAtOnce { error: error.into(), in_doubt: false })?;
    let rows = within(ANSWERED_WITHIN, query.fetch_all(&mut *connection)).await.and_then(each);
    rows.map_err(StoreError::from).map_err(|error| NotAtOnce { in_doubt: error.is_away(), error })
}

/// Where connections are idle nobody waits for others to give theirs back.
fn had_within(pool: &PgPool) -> Duration {
    READ_WITHIN + if pool.num_idle() > 0 { SIGN_WITHIN } else { HAD_WITHIN }
}

impl PostgresTx {
    /// Begins one that writes, and may wait for locks.
    pub(super) async fn write(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Self::begin(pool, "BEGIN", ANSWERED_WITHIN).await
    }

    /// Begins one that only reads, on one consistent view.
    pub(super) async fn read(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Self::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", READ_WITHIN).await
    }

    /// Begins to the end, also when nobody waits for it any more, such as a browser that has gone, or whoever was told that it takes
    /// too long: a connection that goes back to the pool while BEGIN is under way would stay in that transaction, and fail whoever
    /// has it next.
    async fn begin(pool: &PgPool, statement: &'static str, answered: Duration) -> Result<Self, sqlx::Error> {
        let begun_within = had_within(pool);
        let pool = pool.clone();
        let beginning = async move { pool.begin_with(statement).await };
        let begun = tokio::spawn(within(HAD_WITHIN + ANSWERED_WITHIN, beginning));
        let begun = async { begun.await.unwrap_or(Err(sqlx::Error::PoolClosed)) };
        let tx = within(begun_within, begun).await?;
        Ok(Self { tx, within: answered })
    }

    /// What a statement in it may take.
    pub(super) const fn answered_within(&self) -> Duration {
        self.within
    }

    /// From now on a statement may take as long as it does: nobody waits for it.
    pub(super) const fn take_its_time(&mut self) {
        self.within = Duration::MAX;
    }

    /// Makes everything in it durable.
    ///
    /// # Errors
    /// When the database refused, or could not be reached; it may then be durable or not.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        within(self.within, self.tx.commit()).await
    }
}

impl Deref for PostgresTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for PostgresTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}
