//! Proves users and sessions: addresses are unique, sessions end when they should.

use beckon_engine::id::UserId;
use beckon_server::store::column::Text;
use beckon_server::store::session::{
    NewSession, delete_expired_sessions, delete_session, delete_session_of_user, delete_sessions_beyond,
    delete_sessions_of_user, find_session, insert_session, list_sessions_of_user, update_session_used,
};
use beckon_server::store::user::{
    Role, UserRow, delete_user, find_other_admin_count, find_user, find_user_by_email, insert_user,
    list_users, update_user,
};
use beckon_server::store::{Store, StoreError, Tx};

use uuid::Uuid;

use super::fixtures::user;
use crate::harness::{START, store_tests};

store_tests!(
    an_email_belongs_to_one_user,
    a_user_is_changed_and_removed,
    users_are_listed_by_email_in_pages,
    administrators_that_can_sign_in_are_counted,
    a_session_is_found_until_it_expires,
    a_disabled_user_has_no_session,
    sessions_of_a_user_end_together,
    of_many_sessions_those_used_last_stay,
);

async fn an_email_belongs_to_one_user(store: Store) {
    let mut tx = store.write().await.unwrap();
    let alice = user("a@example.test");
    insert_user(&mut tx, &alice).await.unwrap();
    let found = find_user_by_email(&mut tx, "a@example.test").await.unwrap().unwrap();
    assert_eq!(found.id, alice.id);
    assert!(find_user_by_email(&mut tx, "b@example.test").await.unwrap().is_none());
    assert!(matches!(insert_user(&mut tx, &user("a@example.test")).await, Err(StoreError::Taken)));
}

async fn a_user_is_changed_and_removed(store: Store) {
    let mut tx = store.write().await.unwrap();
    let mut alice = user("a@example.test");
    insert_user(&mut tx, &alice).await.unwrap();
    alice.name = "Alicia".to_owned();
    alice.role = Text(Role::Supervisor);
    alice.slots = 5;
    alice.disabled = true;
    update_user(&mut tx, &alice).await.unwrap();
    let found = find_user(&mut tx, alice.id.0).await.unwrap().unwrap();
    assert_eq!(
        (found.name.as_str(), found.role.0, found.slots, found.disabled),
        ("Alicia", Role::Supervisor, 5, true)
    );
    delete_user(&mut tx, alice.id.0).await.unwrap();
    assert!(find_user(&mut tx, alice.id.0).await.unwrap().is_none());
}

async fn users_are_listed_by_email_in_pages(store: Store) {
    let mut tx = store.write().await.unwrap();
    for email in ["c@example.test", "a@example.test", "b@example.test"] {
        insert_user(&mut tx, &user(email)).await.unwrap();
    }
    let emails = |rows: Vec<UserRow>| rows.into_iter().map(|row| row.email).collect::<Vec<_>>();
    assert_eq!(emails(list_users(&mut tx, "", 2).await.unwrap()), ["a@example.test", "b@example.test"]);
    assert_eq!(emails(list_users(&mut tx, "b@example.test", 2).await.unwrap()), ["c@example.test"]);
}

async fn administrators_that_can_sign_in_are_counted(store: Store) {
    let mut tx = store.write().await.unwrap();
    let mut admins = Vec::new();
    for (email, role, disabled) in [
        ("a@example.test", Role::Admin, false),
        ("b@example.test", Role::Admin, true),
        ("c@example.test", Role::Supervisor, false),
        ("d@example.test", Role::Admin, false),
    ] {
        let row = UserRow { role: Text(role), disabled, ..user(email) };
        insert_user(&mut tx, &row).await.unwrap();
        admins.push(row.id.0);
    }
    assert_eq!(find_other_admin_count(&mut tx, admins[0]).await.unwrap(), 1);
    assert_eq!(find_other_admin_count(&mut tx, admins[1]).await.unwrap(), 2);
}

async fn a_session_is_found_until_it_expires(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = signed_in(&mut tx, "a@example.test", "hash").await;
    let session = find_session(&mut tx, "hash", START.plus_s(59)).await.unwrap().unwrap();
    assert_eq!((session.user.id.0, session.used_at), (id, START.0));
    assert!(
        find_session(&mut tx, "hash", START.plus_s(60)).await.unwrap().is_none(),
        "its end is not included"
    );
    assert!(find_session(&mut tx, "other", START).await.unwrap().is_none());
    update_session_used(&mut tx, "hash", START.plus_s(30), START.plus_s(90)).await.unwrap();
    assert!(find_session(&mut tx, "hash", START.plus_s(60)).await.unwrap().is_some());
    assert_eq!(delete_expired_sessions(&mut tx, START.plus_s(89)).await.unwrap(), 0);
    assert_eq!(delete_expired_sessions(&mut tx, START.plus_s(90)).await.unwrap(), 1);
}

async fn a_disabled_user_has_no_session(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = signed_in(&mut tx, "a@example.test", "hash").await;
    let mut row = find_user(&mut tx, id).await.unwrap().unwrap();
    row.disabled = true;
    update_user(&mut tx, &row).await.unwrap();
    assert!(find_session(&mut tx, "hash", START).await.unwrap().is_none());
}

async fn sessions_of_a_user_end_together(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = signed_in(&mut tx, "a@example.test", "one").await;
    signed_in(&mut tx, "b@example.test", "of another").await;
    for hash in ["two", "three"] {
        insert_session(&mut tx, beginning(hash, id)).await.unwrap();
    }
    delete_session(&mut tx, "one").await.unwrap();
    delete_sessions_of_user(&mut tx, id, "three").await.unwrap();
    let mut left = Vec::new();
    for hash in ["one", "two", "three", "of another"] {
        if find_session(&mut tx, hash, START).await.unwrap().is_some() {
            left.push(hash);
        }
    }
    assert_eq!(left, ["three", "of another"]);
    delete_user(&mut tx, id).await.unwrap();
    assert!(find_session(&mut tx, "three", START).await.unwrap().is_none(), "sessions go with their user");
}

// spec: A-4
async fn of_many_sessions_those_used_last_stay(store: Store) {
    let mut tx = store.write().await.unwrap();
    let id = signed_in(&mut tx, "a@example.test", "0").await;
    let other = signed_in(&mut tx, "b@example.test", "of another").await;
    for n in ["1", "2", "3"] {
        insert_session(&mut tx, beginning(n, id)).await.unwrap();
    }
    update_session_used(&mut tx, "0", START.plus_s(9), START.plus_s(60)).await.unwrap();
    update_session_used(&mut tx, "2", START.plus_s(5), START.plus_s(60)).await.unwrap();
    delete_sessions_beyond(&mut tx, id, 2).await.unwrap();
    let left = list_sessions_of_user(&mut tx, id, START).await.unwrap();
    assert_eq!(left.iter().map(|row| row.token_hash.as_str()).collect::<Vec<_>>(), ["0", "2"]);
    let of_other = list_sessions_of_user(&mut tx, other, START).await.unwrap();
    assert!(!delete_session_of_user(&mut tx, id, *of_other[0].id).await.unwrap(), "it is another's");
    assert!(delete_session_of_user(&mut tx, id, *left[0].id).await.unwrap());
    assert_eq!(list_sessions_of_user(&mut tx, id, START).await.unwrap().len(), 1);
    assert!(list_sessions_of_user(&mut tx, id, START.plus_s(60)).await.unwrap().is_empty(), "they expire");
}

fn beginning(token_hash: &str, user: UserId) -> NewSession<'_> {
    NewSession {
        id: Uuid::now_v7(),
        token_hash,
        user,
        browser: "Firefox",
        system: "Linux",
        network: "203.0.113.0/24",
        must_set_up: false,
        now: START,
        expires_at: START.plus_s(60),
    }
}

async fn signed_in(tx: &mut Tx, email: &str, hash: &str) -> UserId {
    let row = user(email);
    insert_user(tx, &row).await.unwrap();
    insert_session(tx, beginning(hash, row.id.0)).await.unwrap();
    row.id.0
}
