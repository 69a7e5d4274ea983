//! Owns looking at how the embedded database would run a statement, for the tests of those that must not read whole tables.

use sqlx::AssertSqlSafe;

use super::{Store, Tx};

/// The plan of a statement on an empty database, a line a step.
pub(in crate::store) async fn explain(sql: &str) -> String {
    let dir = tempfile::tempdir().expect("a folder for the database");
    let store = Store::open_sqlite(dir.path()).await.expect("an embedded database");
    let Tx::Sqlite(mut tx) = store.read().await.expect("a unit of work") else {
        unreachable!("the store is an embedded database");
    };
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&mut *tx).await.expect("a plan");
    rows.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("\n")
}

/// Every list that can be long, with the index that it is read by, and how often it sorts something short.
const LISTS: [(&str, &str, usize); 10] = [
    (super::audit::LIST, "audit_log USING INDEX audit_log_by_time", 0),
    (super::audit::VERSIONS, "audit_log USING INDEX audit_log_by_version", 0),
    (super::chat_view::OPEN, "c USING INDEX chats_open_by_time", 0),
    (super::chat_view::ENDED, "c USING INDEX chats_over_by_time", 0),
    (super::customer::LIST, "customers USING INDEX customers_by_name", 0),
    (super::enquiry::LIST, "e USING INDEX enquiries_by_site", 0),
    // The pages of each visit that is listed.
    (super::live_list::RECENT, "v USING INDEX visits_by_site", 1),
    (super::message::LIST, "messages USING INDEX sqlite_autoindex_messages_1", 0),
    (super::presentation::OF_VISIT, "presentations USING INDEX presentations_by_visit", 0),
    (super::webhook::delivery::LIST, "webhook_deliveries USING INDEX webhook_deliveries_log", 0),
];
const SORTS: &str = "ORDER BY";

// spec: A-6
#[tokio::test]
async fn every_long_list_is_read_by_its_index_and_sorts_nothing_long() {
    for (sql, by, sorts) in LISTS {
        let plan = explain(sql).await;
        assert!(plan.starts_with(&format!("SEARCH {by} ")), "{sql}\n{plan}");
        assert_eq!(plan.matches(SORTS).count(), sorts, "{sql}\n{plan}");
        assert!(!plan.contains("SCAN"), "{sql}\n{plan}");
    }
}

// spec: A-6
#[tokio::test]
async fn the_history_reads_one_page_by_its_index_and_sorts_no_more_than_that() {
    let plan = explain(super::history::LIST).await;
    assert!(
        plan.contains("SEARCH h USING INDEX chats_ended (site_id=? AND ended_at>? AND ended_at<?)"),
        "{plan}"
    );
    assert_eq!(plan.matches(SORTS).count(), 1, "{plan}");
    assert!(!plan.contains("SCAN h") && !plan.contains("SCAN c"), "{plan}");
}

// spec: Q-6
#[tokio::test]
async fn open_enquiries_are_counted_without_looking_at_those_dealt_with() {
    let plan = explain(super::enquiry::OPEN_COUNT).await;
    assert!(plan.starts_with("SCAN e USING COVERING INDEX enquiries_open"), "{plan}");
}

// spec: T-2
#[tokio::test]
async fn the_open_pages_of_a_visit_are_left_by_the_key_of_the_visit() {
    let plan = explain(super::page_view::LEAVE_OPEN).await;
    assert!(plan.contains("SEARCH page_views USING ") && plan.ends_with("(visit_id=?)"), "{plan}");
}

// spec: A-3
#[tokio::test]
async fn the_wallboard_counts_open_chats_without_looking_at_those_that_are_over() {
    let plan = explain(super::wallboard::OPEN_COUNTS).await;
    assert_eq!(plan, "SCAN chats USING COVERING INDEX chats_open_by_state");
}
