//! Proves sites, rules, offers and queues: what is written is read back, order, and that every change raises the version.

use beckon_engine::id::SiteId;
use beckon_server::store::offer::{delete_offer, find_offer, insert_offer, list_offers, update_offer};
use beckon_server::store::queue::{
    delete_queue, find_queue, insert_queue, list_all_queues, list_queue_agents, list_site_queue_agents,
    update_queue, update_queue_agents,
};
use beckon_server::store::rule::{
    AfterRule, delete_rule, find_rule, insert_rule, list_all_rules, list_rules, update_rule,
};
use beckon_server::store::site::{
    delete_site, find_site, find_site_by_key, find_site_has_chats, list_config_versions, list_sites,
    load_site_config, update_site,
};
use beckon_server::store::user::insert_user;
use beckon_server::store::{Store, StoreError, Tx};

use super::fixtures::{offer, queue, rule, site, user};
use crate::harness::store_tests;

store_tests!(
    a_site_is_read_back_as_written,
    sites_are_listed_by_name_in_pages,
    every_change_raises_the_version,
    rules_are_listed_by_priority_then_name,
    what_belongs_to_one_site_is_not_touched_through_another,
    a_site_has_one_default_queue,
    agents_of_a_queue_are_replaced,
    the_configuration_is_read_as_a_whole,
    a_removed_site_takes_its_own_along,
);

async fn a_site_is_read_back_as_written(store: Store) {
    let mut tx = store.write().await.unwrap();
    let written = site(&mut tx, "Shop").await;
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    let found = find_site_by_key(&mut tx, &written.key).await.unwrap().unwrap();
    assert_eq!(found.id, written.id);
    assert_eq!(found.settings, written.settings);
    assert_eq!(found.origins, written.origins);
    assert_eq!(found.deny_paths, written.deny_paths);
    assert_eq!(found.allow_params, written.allow_params);
    assert!(!find_site_has_chats(&mut tx, written.id.0).await.unwrap());
    assert!(find_site_by_key(&mut tx, "nobody's").await.unwrap().is_none());
}

async fn sites_are_listed_by_name_in_pages(store: Store) {
    let mut tx = store.write().await.unwrap();
    for name in ["beta", "Alpha", "Gamma", "alpha"] {
        site(&mut tx, name).await;
    }
    let mut names = Vec::new();
    let mut after = (String::new(), String::new());
    loop {
        let page = list_sites(&mut tx, (&after.0, &after.1), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = (last.name.clone(), last.id.0.to_string());
        names.extend(page.into_iter().map(|row| row.name));
    }
    assert_eq!(names, ["Alpha", "alpha", "beta", "Gamma"]);
}

// spec: R-7
async fn every_change_raises_the_version(store: Store) {
    let mut tx = store.write().await.unwrap();
    let shop = site(&mut tx, "Shop").await;
    let other = site(&mut tx, "Other").await;
    let id = shop.id.0;
    let alice = user("a@example.test");
    insert_user(&mut tx, &alice).await.unwrap();
    let mut steps = vec![version(&mut tx, id).await];
    let chat = queue(id, "Chat");
    insert_queue(&mut tx, &chat).await.unwrap();
    steps.push(version(&mut tx, id).await);
    update_queue(&mut tx, &chat).await.unwrap();
    update_queue_agents(&mut tx, &chat, &[alice.id.0]).await.unwrap();
    steps.push(version(&mut tx, id).await);
    let card = offer(id, "Card");
    insert_offer(&mut tx, &card).await.unwrap();
    steps.push(version(&mut tx, id).await);
    update_offer(&mut tx, &card).await.unwrap();
    steps.push(version(&mut tx, id).await);
    let first = rule(id, chat.id.0, 1, "First");
    insert_rule(&mut tx, &first).await.unwrap();
    steps.push(version(&mut tx, id).await);
    update_rule(&mut tx, &first).await.unwrap();
    steps.push(version(&mut tx, id).await);
    delete_rule(&mut tx, id, first.id.0).await.unwrap();
    steps.push(version(&mut tx, id).await);
    delete_offer(&mut tx, id, card.id.0).await.unwrap();
    steps.push(version(&mut tx, id).await);
    delete_queue(&mut tx, id, chat.id.0).await.unwrap();
    steps.push(version(&mut tx, id).await);
    assert_eq!(update_site(&mut tx, &shop).await.unwrap(), 11);
    assert_eq!(steps, (1..=10).collect::<Vec<i64>>());
    assert_eq!(version(&mut tx, other.id.0).await, 1, "no other site's version moved");
}

// spec: R-1
async fn rules_are_listed_by_priority_then_name(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = site(&mut tx, "Shop").await.id.0;
    let chat = queue(id, "Chat");
    insert_queue(&mut tx, &chat).await.unwrap();
    for (priority, name) in [(20, "b"), (3, "z"), (20, "A"), (20, "c"), (100, "a")] {
        insert_rule(&mut tx, &rule(id, chat.id.0, priority, name)).await.unwrap();
    }
    let all = list_all_rules(&mut tx, id).await.unwrap();
    let names: Vec<_> = all.iter().map(|row| (row.priority, row.name.as_str())).collect();
    assert_eq!(names, [(3, "z"), (20, "A"), (20, "b"), (20, "c"), (100, "a")]);
    let third = &all[2];
    let after = AfterRule { priority: third.priority, name: &third.name, id: &third.id.0.to_string() };
    let page = list_rules(&mut tx, id, after, 1).await.unwrap();
    assert_eq!(page.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["c"]);
}

// spec: X-6
async fn what_belongs_to_one_site_is_not_touched_through_another(store: Store) {
    let mut tx = store.write().await.unwrap();
    let (ours, theirs) = (site(&mut tx, "Ours").await.id, site(&mut tx, "Theirs").await.id);
    let chat = queue(ours.0, "Chat");
    insert_queue(&mut tx, &chat).await.unwrap();
    let card = offer(ours.0, "Card");
    insert_offer(&mut tx, &card).await.unwrap();
    let first = rule(ours.0, chat.id.0, 1, "First");
    insert_rule(&mut tx, &first).await.unwrap();

    delete_rule(&mut tx, theirs.0, first.id.0).await.unwrap();
    delete_offer(&mut tx, theirs.0, card.id.0).await.unwrap();
    delete_queue(&mut tx, theirs.0, chat.id.0).await.unwrap();
    let mut moved = card.clone();
    moved.site_id = theirs;
    moved.name = "Taken over".to_owned();
    update_offer(&mut tx, &moved).await.unwrap();

    assert!(find_rule(&mut tx, first.id.0).await.unwrap().is_some());
    assert!(find_queue(&mut tx, chat.id.0).await.unwrap().is_some());
    assert_eq!(find_offer(&mut tx, card.id.0).await.unwrap().unwrap().name, "Card");
    assert!(list_offers(&mut tx, theirs.0, ("", ""), 10).await.unwrap().is_empty());
}

async fn a_site_has_one_default_queue(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = site(&mut tx, "Shop").await.id.0;
    let mut first = queue(id, "First");
    first.is_default = true;
    insert_queue(&mut tx, &first).await.unwrap();
    let mut second = queue(id, "Second");
    second.is_default = true;
    insert_queue(&mut tx, &second).await.unwrap();
    assert_eq!(defaults(&mut tx, id).await, ["Second"]);
    update_queue(&mut tx, &first).await.unwrap();
    assert_eq!(defaults(&mut tx, id).await, ["First"]);
}

async fn agents_of_a_queue_are_replaced(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = site(&mut tx, "Shop").await.id.0;
    let (alice, bob) = (user("a@example.test"), user("b@example.test"));
    insert_user(&mut tx, &alice).await.unwrap();
    insert_user(&mut tx, &bob).await.unwrap();
    let chat = queue(id, "Chat");
    insert_queue(&mut tx, &chat).await.unwrap();
    update_queue_agents(&mut tx, &chat, &[alice.id.0, bob.id.0, alice.id.0]).await.unwrap();
    assert_eq!(list_queue_agents(&mut tx, chat.id.0).await.unwrap(), [alice.id.0, bob.id.0]);
    update_queue_agents(&mut tx, &chat, &[bob.id.0]).await.unwrap();
    assert_eq!(list_site_queue_agents(&mut tx, id).await.unwrap(), [(chat.id.0, bob.id.0)]);
    let stranger = user("c@example.test");
    let refused = update_queue_agents(&mut tx, &chat, &[stranger.id.0]).await;
    assert!(matches!(refused, Err(StoreError::InUse)));
}

async fn the_configuration_is_read_as_a_whole(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = site(&mut tx, "Shop").await.id.0;
    let mut chat = queue(id, "Chat");
    chat.is_default = true;
    insert_queue(&mut tx, &chat).await.unwrap();
    let card = offer(id, "Card");
    insert_offer(&mut tx, &card).await.unwrap();
    let first = rule(id, chat.id.0, 1, "First");
    insert_rule(&mut tx, &first).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    let config = load_site_config(&mut tx, id).await.unwrap().unwrap();
    assert_eq!(config.site.config_version, 4);
    assert_eq!(config.default_queue, Some(chat.id.0));
    assert_eq!(config.queues, [chat.into()]);
    assert_eq!(config.offers, [card.into()]);
    assert_eq!(config.rules, [first.into()]);
    assert_eq!(list_config_versions(&mut tx).await.unwrap(), [(id, 4)]);
}

async fn a_removed_site_takes_its_own_along(store: Store) {
    let mut tx = store.write().await.unwrap();
    let (gone, kept) = (site(&mut tx, "Gone").await.id.0, site(&mut tx, "Kept").await.id.0);
    let chat = queue(gone, "Chat");
    insert_queue(&mut tx, &chat).await.unwrap();
    insert_offer(&mut tx, &offer(gone, "Card")).await.unwrap();
    insert_rule(&mut tx, &rule(gone, chat.id.0, 1, "First")).await.unwrap();
    let card = offer(kept, "Card");
    insert_offer(&mut tx, &card).await.unwrap();
    delete_site(&mut tx, gone).await.unwrap();
    assert!(load_site_config(&mut tx, gone).await.unwrap().is_none());
    assert!(list_all_queues(&mut tx, gone).await.unwrap().is_empty());
    assert!(find_offer(&mut tx, card.id.0).await.unwrap().is_some());
}

async fn version(tx: &mut Tx, site: SiteId) -> i64 {
    find_site(tx, site).await.unwrap().unwrap().config_version
}

async fn defaults(tx: &mut Tx, site: SiteId) -> Vec<String> {
    let rows = list_all_queues(tx, site).await.unwrap();
    rows.into_iter().filter(|row| row.is_default).map(|row| row.name).collect()
}
