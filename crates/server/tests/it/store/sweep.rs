//! Proves that a sweep settles what is overdue in portions, whatever has piled up.

use beckon_server::store::Store;
use beckon_server::store::presentation::{
    PresentationRow, SETTLED_AT_A_TIME, insert_presentation, update_overdue_outcomes,
};

use super::fixtures::{offer, presentation, queue, site, visit};
use crate::harness::{START, store_tests};

store_tests!(overdue_presentations_are_settled_in_portions_the_longest_due_first);

// spec: O-9
async fn overdue_presentations_are_settled_in_portions_the_longest_due_first(store: Store) {
    let mut tx = store.write().await.unwrap();
    let shop = site(&mut tx, "Shop").await;
    let (help, desk) = (offer(*shop.id, "Help"), queue(*shop.id, "Desk"));
    let mut last = None;
    for n in (0..=SETTLED_AT_A_TIME).rev() {
        let whose = visit(&mut tx, *shop.id, START).await;
        let row = PresentationRow { passive_due: START.0 + n, ..presentation(&help, &desk, whose) };
        assert!(insert_presentation(&mut tx, &row).await.unwrap());
        last = last.or(Some(*row.id));
    }
    let later = START.plus_s(60);
    let first = update_overdue_outcomes(&mut tx, later).await.unwrap();
    assert_eq!(i64::try_from(first.len()).unwrap(), SETTLED_AT_A_TIME);
    assert_eq!(update_overdue_outcomes(&mut tx, later).await.unwrap(), Vec::from_iter(last));
    assert_eq!(update_overdue_outcomes(&mut tx, later).await.unwrap(), []);
}
