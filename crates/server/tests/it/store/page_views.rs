//! Tests what a batch of observations leaves of page views, however often it says the same.

use beckon_engine::id::{SiteId, TabId, VisitId};
use beckon_engine::time::UnixMs;
use beckon_server::store::Store;
use beckon_server::store::page_view::{
    FormStep, FormUse, Leaving, PageView, PageViewRow, ViewKey, insert_page_views, list_page_views,
    update_page_views_form, update_page_views_left,
};

use super::fixtures;
use crate::harness::{START, store_tests};

store_tests!(
    keeps_views_in_the_order_they_were_entered_and_each_once,
    keeps_the_first_leaving_and_the_longest_time_in_the_foreground,
    a_page_that_stayed_open_in_a_visit_that_has_ended_counts_as_left,
    keeps_the_first_entering_and_the_last_input_of_a_form,
);

fn view(site: SiteId, visit: VisitId, (tab, view): (u32, u32), path: &str, entered_at: UnixMs) -> PageView {
    PageView {
        key: ViewKey { visit, tab: TabId(tab), view },
        site,
        url: format!("https://shop.example{path}"),
        title: path.to_owned(),
        entered_at,
    }
}

/// A visit that has seen one page in each of two tabs, which give it the same number.
async fn two_tabs(store: &Store) -> (VisitId, [ViewKey; 2]) {
    let mut tx = store.write().await.unwrap();
    let site = fixtures::site(&mut tx, "Shop").await;
    let (_, visit) = fixtures::visit(&mut tx, *site.id, START).await;
    let views = [
        view(*site.id, visit, (2, 1), "/second", START),
        view(*site.id, visit, (1, 1), "/first", START),
        view(*site.id, visit, (1, 1), "/told-again", START.plus_s(9)),
        view(*site.id, visit, (1, 2), "/first", START.plus_s(1)),
    ];
    insert_page_views(&mut tx, &views.each_ref()).await.unwrap();
    tx.commit().await.unwrap();
    (visit, [views[0].key, views[1].key])
}

async fn views_of(store: &Store, visit: VisitId) -> Vec<PageViewRow> {
    let mut tx = store.read().await.unwrap();
    list_page_views(&mut tx, visit, 10).await.unwrap()
}

// spec: T-2 T-4
async fn keeps_views_in_the_order_they_were_entered_and_each_once(store: Store) {
    let (visit, _) = two_tabs(&store).await;
    let titles: Vec<String> = views_of(&store, visit).await.into_iter().map(|row| row.title).collect();
    assert_eq!(titles, ["/first", "/second", "/first"]);
}

// spec: T-2
async fn keeps_the_first_leaving_and_the_longest_time_in_the_foreground(store: Store) {
    let (visit, [second, first]) = two_tabs(&store).await;
    let leaving = |key, after_s, visible_s| Leaving { key, left_at: START.plus_s(after_s), visible_s };
    for batch in [
        vec![leaving(first, 5, 3), leaving(second, 6, 1), leaving(first, 7, 4), leaving(first, 8, 0)],
        vec![leaving(first, 9, 2)],
    ] {
        let mut tx = store.write().await.unwrap();
        update_page_views_left(&mut tx, &batch).await.unwrap();
        tx.commit().await.unwrap();
    }
    let left: Vec<_> = views_of(&store, visit).await.iter().map(|row| (row.left_at, row.visible_s)).collect();
    assert_eq!(left, [(Some(START.plus_s(5).0), 4), (Some(START.plus_s(6).0), 1), (None, 0)]);
}

// spec: T-2
async fn a_page_that_stayed_open_in_a_visit_that_has_ended_counts_as_left(store: Store) {
    let (visit, [_, first]) = two_tabs(&store).await;
    let mut tx = store.write().await.unwrap();
    let leaving = Leaving { key: first, left_at: START.plus_s(5), visible_s: 3 };
    update_page_views_left(&mut tx, &[leaving]).await.unwrap();
    tx.commit().await.unwrap();
    let pages = views_of(&store, visit).await;
    let left = |heard_s, ended_at| {
        pages.iter().map(|page| page.left_at(START.plus_s(heard_s).0, ended_at)).collect::<Vec<_>>()
    };
    let [five, nine, one, none] = [Some(5), Some(9), Some(1), Some(0)].map(|s| s.map(|s| START.plus_s(s).0));
    assert_eq!(left(9, Some(START.plus_s(60).0)), [five, nine, nine]);
    assert_eq!(left(0, Some(START.plus_s(60).0)), [five, none, one]);
    assert_eq!(left(9, None), [five, None, None]);
}

// spec: T-2
async fn keeps_the_first_entering_and_the_last_input_of_a_form(store: Store) {
    let (visit, [_, first]) = two_tabs(&store).await;
    let used = |step, after_s| FormUse { key: first, step, at: START.plus_s(after_s) };
    for batch in [
        vec![used(FormStep::Entered, 1), used(FormStep::Input, 2), used(FormStep::Input, 3)],
        vec![used(FormStep::Entered, 4), used(FormStep::Submitted, 5)],
    ] {
        let mut tx = store.write().await.unwrap();
        update_page_views_form(&mut tx, &batch).await.unwrap();
        tx.commit().await.unwrap();
    }
    let rows = views_of(&store, visit).await;
    let at = |after_s| Some(START.plus_s(after_s).0);
    assert_eq!(
        (rows[0].form_entered_at, rows[0].form_input_at, rows[0].form_submitted_at),
        (at(1), at(3), at(5))
    );
    assert!(rows[1..].iter().all(|row| row.form_entered_at.is_none()));
}
