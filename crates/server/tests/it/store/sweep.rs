//! Proves that a sweep settles what is overdue in portions, whatever has piled up.

use beckon_engine::id::{SiteId, TabId, VisitId};
use beckon_server::store::page_view::{
    Leaving, PageView, ViewKey, insert_page_views, list_page_views, update_page_views_left,
};
use beckon_server::store::presentation::{
    PresentationRow, SETTLED_AT_A_TIME, insert_presentation, update_overdue_outcomes,
};
use beckon_server::store::visit::{update_overdue_visits_ended, update_visitor_visit_ended};
use beckon_server::store::{Store, Tx};

use super::fixtures::{offer, presentation, queue, site, visit};
use crate::harness::{START, store_tests};

store_tests!(
    overdue_presentations_are_settled_in_portions_the_longest_due_first,
    the_pages_of_a_visit_that_ends_without_its_node_are_left_with_its_last_word,
);

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

/// Seconds after the last word of the visit when its pages were entered; the first was left a second later.
const ENTERED: [i64; 3] = [-9, -5, 3];

async fn view_pages(tx: &mut Tx, site: SiteId, visit: VisitId) {
    let page = |(view, entered_s): (u32, i64)| PageView {
        key: ViewKey { visit, tab: TabId(1), view },
        site,
        url: format!("https://shop.example/{view}"),
        title: String::new(),
        entered_at: START.plus_ms(entered_s * 1000),
    };
    let pages = [(1, ENTERED[0]), (2, ENTERED[1]), (3, ENTERED[2])].map(page);
    insert_page_views(tx, &pages.each_ref()).await.unwrap();
    let left = Leaving { key: pages[0].key, left_at: START.plus_ms(-8_000), visible_s: 1 };
    update_page_views_left(tx, &[left]).await.unwrap();
}

// spec: T-2 T-7
async fn the_pages_of_a_visit_that_ends_without_its_node_are_left_with_its_last_word(store: Store) {
    let mut tx = store.write().await.unwrap();
    let shop = site(&mut tx, "Shop").await;
    let (_, gone) = visit(&mut tx, *shop.id, START).await;
    let (returns, before) = visit(&mut tx, *shop.id, START).await;
    let (_, goes_on) = visit(&mut tx, *shop.id, START.plus_s(60)).await;
    for visit in [gone, before, goes_on] {
        view_pages(&mut tx, *shop.id, visit).await;
    }
    update_visitor_visit_ended(&mut tx, returns, START.plus_s(86_400)).await.unwrap();
    assert_eq!(update_overdue_visits_ended(&mut tx, START.plus_s(86_401)).await.unwrap(), 1);
    for (visit, left) in [
        (gone, [Some(-8), Some(0), Some(3)]),
        (before, [Some(-8), Some(0), Some(3)]),
        (goes_on, [Some(-8), None, None]),
    ] {
        let pages = list_page_views(&mut tx, visit, 10).await.unwrap();
        let seconds = |at: i64| (at - START.0) / 1000;
        assert_eq!(pages.iter().map(|page| page.left_at.map(seconds)).collect::<Vec<_>>(), left);
    }
}
