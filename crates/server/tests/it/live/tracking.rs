//! Tests what is known of a visit, and what is never known: robots, denied paths, what a page kept to itself.

use beckon_engine::id::{VisitId, VisitorId};
use beckon_engine::settings::{ConsentMode, SiteSettings};
use beckon_server::clock::Clock;
use beckon_server::store::Store;
use beckon_server::store::live_list::find_listed_visit;
use beckon_server::store::rule::{list_all_rules, update_rule};
use beckon_server::store::user::Role;
use beckon_server::store::visit::claim_open_visit;
use serde_json::{Value, json};

use super::client::{Browser, Console, Socket, get, poll};
use super::shop::{ORIGIN, Plan, Shop, page, product};
use crate::harness::{START, store_tests};

const ROBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const PERSON: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

store_tests!(
    a_page_that_beats_too_seldom_is_asked_and_stays,
    records_what_a_visit_came_with_and_saw,
    tells_the_language_of_the_browser_from_that_of_the_widget,
    measures_how_long_a_form_takes,
    keeps_the_parameters_that_the_site_allows,
    counts_views_and_no_heartbeats,
    keeps_the_views_of_tabs_that_count_alike,
    goes_on_while_a_chat_is_queued_and_while_it_is_active,
    makes_no_visit_of_a_robot,
    makes_no_visit_of_denied_pages,
    says_on_which_terms_a_page_may_load,
    sees_the_snippet_and_how_far_the_site_is_set_up,
    asks_for_the_signals_of_the_rules_and_follows_them,
    presents_nothing_after_consent_is_withdrawn,
    calls_a_visitor_away_after_two_intervals,
);

async fn visit(console: &Console, browser: &Browser) -> Value {
    console.read(&format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap())).await
}

/// The visit once `is` holds of it.
async fn visit_once(console: &Console, browser: &Browser, is: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap());
    console.read_until(&path, is).await
}

fn some_page(visit: &Value, is: impl Fn(&Value) -> bool) -> bool {
    visit["pages"].as_array().unwrap().iter().any(is)
}

fn frame(kind: &str, more: Value) -> Value {
    let mut frame = more;
    frame["type"] = json!(kind);
    frame
}

// spec: T-2 T-10
async fn records_what_a_visit_came_with_and_saw(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 900, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let headers = [("origin", ORIGIN), ("user-agent", PERSON)];
    let socket = Socket::connect(format!("ws://{}/live/visitor", shop.address), &headers).await;
    let mut browser = Browser { socket, welcome: Value::Null };
    let mut first = page(1, "/product/oslo-chair?utm_source=News&utm_campaign=may&email=a@b.example#top");
    first["referrer"] = json!("https://ann:pw@search.example/find?q=chairs");
    let hello = json!({ "pages": [first], "language": "nb-NO", "time_zone": "Europe/Oslo" });
    browser.hello(&shop.site.key, hello).await;
    for action in ["entered", "input", "submitted"] {
        browser.socket.send(frame("form", json!({ "tab": 7, "action": action }))).await;
    }
    browser.socket.send(frame("leave", json!({ "tab": 7, "view": 1, "visible_s": 12 }))).await;
    browser.socket.send(frame("page", page(2, "/about"))).await;
    browser.socket.send(frame("page", page(3, "/more"))).await;
    let visit = visit_once(&alice, &browser, |visit| visit["page_views"] == 3).await;
    assert_eq!(visit["referrer"], "https://search.example/find");
    assert_eq!(visit["utm"], json!({ "source": "News", "campaign": "may" }));
    assert_eq!((&visit["language"], &visit["time_zone"]), (&json!("nb-NO"), &json!("Europe/Oslo")));
    assert_eq!((&visit["device"], &visit["browser"]), (&json!("desktop"), &json!("Firefox")));
    let [first, second, third] = visit["pages"].as_array().unwrap().as_slice() else { panic!("{visit}") };
    assert_eq!(
        (&first["url"], &first["title"]),
        (&json!("https://shop.example/product/oslo-chair"), &json!("Oslo chair"))
    );
    assert_eq!(first["visible_s"], 12);
    assert!(first["entered_at"].as_i64().unwrap() <= first["left_at"].as_i64().unwrap());
    let form = &first["form"];
    assert!(form["entered_at"].as_i64() <= form["last_input_at"].as_i64(), "{form}");
    assert!(form["last_input_at"].as_i64() <= form["submitted_at"].as_i64(), "{form}");
    assert_eq!(form["seconds"], 0);
    assert!(second["left_at"].is_i64(), "left without a word: {second}");
    assert_eq!((&third["left_at"], &third["form"]), (&Value::Null, &Value::Null));
}

// spec: T-2 R-8 Q-11
async fn tells_the_language_of_the_browser_from_that_of_the_widget(store: Store) {
    let queue = json!({ "styling": { "title": "Shop", "texts": { "de": { "title": "Laden" }, "nb": { "title": "Butikk" } } } });
    let rule = json!({ "conditions": { "type": "language", "any_of": ["nb"] } });
    let shop = Shop::open(store, Plan { queue, rule, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    let hello = json!({ "pages": [product(1)], "language": "nb-NO", "widget_language": "de-CH" });
    browser.hello(&shop.site.key, hello).await;
    assert_eq!(browser.welcome["styling"]["title"], "Laden");
    browser.offer().await;
    assert_eq!(visit(&alice, &browser).await["language"], "nb-NO");
    let mut older = Browser::connect(shop.address, Some(ORIGIN)).await;
    older.hello(&shop.site.key, json!({ "pages": [product(1)], "language": "nb-NO" })).await;
    assert_eq!(
        older.welcome["styling"]["title"], "Butikk",
        "it speaks as the browser does where it says nothing else"
    );
}

// spec: T-2
async fn measures_how_long_a_form_takes(store: Store) {
    let clock = Clock::manual(START);
    let settings = SiteSettings { poll_interval_s: 60, ..SiteSettings::default() };
    let plan = Plan { settings, required_time_s: 900, ..Plan::default() };
    let shop = Shop::open_at(store, plan, clock.clone()).await;
    let alice = shop.lasting_agent("Alice").await;
    let mut browser = shop.browser().await;
    let form = |action: &str| frame("form", json!({ "tab": 7, "action": action }));
    let seconds = |visit: &Value, page: usize| visit["pages"][page]["form"]["seconds"].clone();
    browser.socket.send(form("entered")).await;
    let entered = visit_once(&alice, &browser, |visit| visit["pages"][0]["form"].is_object()).await;
    assert_eq!(seconds(&entered, 0), 0);
    clock.advance_ms(7_000);
    assert_eq!(seconds(&visit(&alice, &browser).await, 0), 7, "until now, while it is not submitted");
    browser.socket.send(form("submitted")).await;
    visit_once(&alice, &browser, |visit| !visit["pages"][0]["form"]["submitted_at"].is_null()).await;
    browser.socket.send(frame("page", product(2))).await;
    browser.socket.send(form("entered")).await;
    visit_once(&alice, &browser, |visit| visit["pages"][1]["form"].is_object()).await;
    clock.advance_ms(5_000);
    browser.socket.send(frame("leave", json!({ "tab": 7, "view": 2, "visible_s": 5 }))).await;
    visit_once(&alice, &browser, |visit| visit["pages"][1]["left_at"].is_i64()).await;
    clock.advance_ms(9_000);
    let after = visit(&alice, &browser).await;
    assert_eq!((seconds(&after, 0), seconds(&after, 1)), (json!(7), json!(5)), "{after}");
}

// spec: T-10
async fn keeps_the_parameters_that_the_site_allows(store: Store) {
    let plan = Plan { allow_params: &["q", "page"], required_time_s: 900, ..Plan::default() };
    let shop = Shop::open(store, plan).await;
    let alice = shop.agent("Alice").await;
    let mut first = page(1, "/find?q=oak%20chair&token=secret&page=2&Q=other#secret");
    first["referrer"] = json!(format!("{ORIGIN}/find?token=secret&q=oak"));
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [first] })).await;
    let visit = visit_once(&alice, &browser, |visit| visit["page_views"] == 1).await;
    assert_eq!(visit["pages"][0]["url"], format!("{ORIGIN}/find?q=oak+chair&page=2"));
    assert_eq!(visit["referrer"], format!("{ORIGIN}/find?q=oak"));
}

// spec: T-3 T-6
async fn counts_views_and_no_heartbeats(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 900, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    for view in 2..=3 {
        browser.socket.send(json!({ "type": "beat" })).await;
        browser.socket.send(frame("page", product(view))).await;
        browser.socket.send(frame("page", product(view))).await;
    }
    browser.socket.send(json!({ "type": "open_chat" })).await;
    browser.chat("queued").await;
    assert_eq!(visit_once(&alice, &browser, |visit| visit["page_views"] == 3).await["page_views"], 3);
    let why = format!("/api/v1/visits/{}/decision", browser.welcome["visit"].as_str().unwrap());
    assert_eq!(alice.read(&why).await["rules"][0]["views"], 3);
}

/// The page of one tab, whose views have numbers of their own.
fn tab(tab: u32, view: u32, path: &str) -> Value {
    let mut page = page(view, path);
    page["tab"] = json!(tab);
    page
}

// spec: T-2 T-4
async fn keeps_the_views_of_tabs_that_count_alike(store: Store) {
    let clock = Clock::manual(START);
    let plan = Plan { required_time_s: 900, ..Plan::default() };
    let shop = Shop::open_at(store, plan, clock.clone()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    let pages = json!([tab(9, 1, "/nine"), tab(7, 1, "/seven"), tab(8, 1, "/eight")]);
    browser.hello(&shop.site.key, json!({ "pages": pages })).await;
    visit_once(&alice, &browser, |visit| visit["page_views"] == 3).await;
    clock.advance_ms(1_000);
    browser.socket.send(frame("form", json!({ "tab": 8, "action": "entered" }))).await;
    browser.socket.send(frame("leave", json!({ "tab": 7, "view": 1, "visible_s": 5 }))).await;
    browser.socket.send(frame("page", tab(7, 2, "/seven/more"))).await;
    let visit = visit_once(&alice, &browser, |visit| visit["page_views"] == 4).await;
    let of = |page: &Value| {
        let path = page["url"].as_str().unwrap().strip_prefix(ORIGIN).unwrap().to_owned();
        (path, page["left_at"].is_i64(), page["visible_s"].as_i64().unwrap(), page["form"].is_object())
    };
    let pages: Vec<_> = visit["pages"].as_array().unwrap().iter().map(of).collect();
    let expected = [
        ("/seven", true, 5, false),
        ("/eight", false, 0, true),
        ("/nine", false, 0, false),
        ("/seven/more", false, 0, false),
    ];
    assert_eq!(pages, expected.map(|(path, left, visible, form)| (path.to_owned(), left, visible, form)));
    shop.close();
    let last = find_last_url(&shop.store, &browser).await;
    assert_eq!(last.unwrap(), format!("{ORIGIN}/seven/more"));
}

/// The page viewed last, as the live list reads it when no node holds the visit.
async fn find_last_url(store: &Store, browser: &Browser) -> Option<String> {
    let visit = VisitId(browser.welcome["visit"].as_str().unwrap().parse().unwrap());
    let mut tx = store.read().await.unwrap();
    find_listed_visit(&mut tx, visit).await.unwrap().unwrap().last_url
}

// spec: T-8
async fn goes_on_while_a_chat_is_queued_and_while_it_is_active(store: Store) {
    let shop = Shop::open(store, Plan { required_time_s: 900, ..Plan::default() }).await;
    let mut alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    browser.chat("queued").await;
    browser.socket.send(frame("page", product(2))).await;
    browser.socket.send(frame("form", json!({ "tab": 7, "action": "entered" }))).await;
    let queued =
        visit_once(&alice, &browser, |visit| some_page(visit, |page| page["form"].is_object())).await;
    assert_eq!(queued["page_views"], 2, "{queued}");
    alice.take().await;
    browser.chat("active").await;
    browser.socket.send(frame("leave", json!({ "tab": 7, "view": 2, "visible_s": 7 }))).await;
    browser.socket.send(frame("page", product(3))).await;
    let active = visit_once(&alice, &browser, |visit| visit["page_views"] == 3).await;
    assert!(some_page(&active, |page| page["visible_s"] == 7), "{active}");
}

// spec: T-9
async fn makes_no_visit_of_a_robot(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let terms = format!("/live/site/{}", shop.site.key);
    assert_eq!(get(shop.address, ORIGIN, ROBOT, &terms).await.0, 403);
    let headers = [("origin", ORIGIN), ("user-agent", ROBOT)];
    let socket = Socket::connect(format!("ws://{}/live/visitor", shop.address), &headers).await;
    let mut robot = Browser { socket, welcome: Value::Null };
    robot.say_hello(&shop.site.key, json!({ "pages": [product(1)] })).await;
    assert_eq!(robot.socket.closed().await, 4410);
    let person = shop.browser().await;
    let visits = alice.read("/api/v1/visits").await;
    assert_eq!(visits["items"].as_array().unwrap().len(), 1, "{visits}");
    assert_eq!(visits["items"][0]["id"], person.welcome["visit"]);
}

// spec: T-9
async fn makes_no_visit_of_denied_pages(store: Store) {
    let shop = Shop::open(store, Plan { deny_paths: &["/account"], ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    browser.say_hello(&shop.site.key, json!({ "pages": [page(1, "/account/orders")] })).await;
    assert_eq!(browser.socket.closed().await, 4410);
    let hello = json!({ "type": "hello", "v": 1, "site": shop.site.key, "pages": [page(1, "/account")] });
    assert_eq!(poll(shop.address, ORIGIN, json!([hello])).await.0, 410);
    assert_eq!(alice.read("/api/v1/visits").await["items"], json!([]));
    let mut browser = shop.browser().await;
    browser.socket.send(frame("page", page(2, "/account"))).await;
    browser.socket.send(frame("page", page(3, "/about"))).await;
    let visit = visit_once(&alice, &browser, |visit| visit["page_views"] == 2).await;
    assert!(!visit["pages"].to_string().contains("/account"), "{visit}");
}

// spec: A-4
async fn sees_the_snippet_and_how_far_the_site_is_set_up(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let root = shop.person("Ada", Role::Admin).await;
    let steps = format!("/api/v1/sites/{}/setup-steps", shop.site.id.0);
    let before = root.read(&steps).await;
    assert_eq!((&before["has_origin"], &before["snippet"]), (&json!(true), &Value::Null));
    assert_eq!((&before["agent_ready"], &before["chat_answered"]), (&json!(false), &json!(false)));
    let path = format!("/live/site/{}", shop.site.key);
    // What names no origin of a page, and robots, are not noted.
    get(shop.address, "null", PERSON, &path).await;
    get(shop.address, ORIGIN, ROBOT, &path).await;
    assert_eq!(get(shop.address, "https://other.example", PERSON, &path).await.0, 403);
    let refused = root.read_until(&steps, |steps| !steps["snippet_refused"].is_null()).await;
    assert_eq!(refused["snippet_refused"]["origin"], "https://other.example");
    assert_eq!(refused["snippet"], Value::Null);
    get(shop.address, ORIGIN, PERSON, &path).await;
    let seen = root.read_until(&steps, |steps| !steps["snippet"].is_null()).await;
    assert_eq!(seen["snippet"]["origin"], ORIGIN);
    let mut alice = shop.agent("Alice").await;
    root.read_until(&steps, |steps| steps["agent_ready"] == true).await;
    let mut browser = shop.browser().await;
    browser.socket.send(json!({ "type": "open_chat" })).await;
    browser.chat("queued").await;
    alice.take().await;
    browser.chat("active").await;
    root.read_until(&steps, |steps| steps["chat_answered"] == true && steps["rule_enabled"] == true).await;
}

// spec: N-4 T-9
async fn says_on_which_terms_a_page_may_load(store: Store) {
    let settings = SiteSettings { consent: ConsentMode::Session, ..SiteSettings::default() };
    let shop = Shop::open(store, Plan { settings, deny_paths: &["/könto"], ..Plan::default() }).await;
    let path = format!("/live/site/{}", shop.site.key);
    let (status, body) = get(shop.address, ORIGIN, PERSON, &path).await;
    let terms: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, terms), (200, json!({ "consent": "session", "deny_paths": ["/k%C3%B6nto"] })));
    assert_eq!(get(shop.address, "https://evil.example", PERSON, &path).await.0, 403);
    assert_eq!(get(shop.address, ORIGIN, PERSON, "/live/site/nobody").await.0, 404);
}

// spec: R-7 R-8
async fn asks_for_the_signals_of_the_rules_and_follows_them(store: Store) {
    let of = |conditions: Value| json!({ "conditions": { "type": "any", "of": conditions } });
    let rule = of(json!([{ "type": "scroll_depth", "at_least_percent": 50 }, { "type": "exit_intent" }]));
    let shop = Shop::open(store, Plan { rule, ..Plan::default() }).await;
    let _alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    let asked = json!({ "scroll_percents": [50], "exit": true, "inactivity_s": null });
    assert_eq!(browser.welcome["signals"], asked);
    let mut tx = shop.store.write().await.unwrap();
    let mut rule = list_all_rules(&mut tx, *shop.site.id).await.unwrap().remove(0);
    let conditions = json!({ "type": "inactivity", "at_least_s": 30 });
    rule.plan.0.conditions = Some(serde_json::from_value(conditions).unwrap());
    update_rule(&mut tx, &rule).await.unwrap();
    tx.commit().await.unwrap();
    let asked = json!({ "scroll_percents": [], "exit": false, "inactivity_s": 30 });
    assert_eq!(browser.socket.next_of("signals").await["signals"], asked);
}

// spec: N-4 P-11
async fn presents_nothing_after_consent_is_withdrawn(store: Store) {
    let shop = Shop::open(store, Plan::default()).await;
    let alice = shop.agent("Alice").await;
    let mut browser = shop.browser().await;
    browser.offer().await;
    browser.socket.send(json!({ "type": "consent", "given": false })).await;
    assert_eq!(browser.socket.next_of("settled").await["outcome"], "withdrawn");
    browser.socket.send(frame("page", product(2))).await;
    visit_once(&alice, &browser, |visit| visit["page_views"] == 2).await;
    assert_eq!(visit(&alice, &browser).await["presentations"].as_array().unwrap().len(), 1);
    assert_eq!(browser.socket.told("offer"), 0);
    browser.socket.send(json!({ "type": "consent", "given": true })).await;
    browser.offer().await;
}

// spec: T-7
async fn calls_a_visitor_away_after_two_intervals(store: Store) {
    let settings = SiteSettings { poll_interval_s: 10, ..SiteSettings::default() };
    let clock = Clock::manual(START);
    let shop = Shop::open_at(store, Plan { settings, ..Plan::default() }, clock.clone()).await;
    let alice = shop.agent("Alice").await;
    let browser = shop.browser().await;
    clock.advance_ms(19_999);
    assert_eq!(visit(&alice, &browser).await["live"], true);
    clock.advance_ms(1);
    let away = visit(&alice, &browser).await;
    assert_eq!((&away["live"], &away["ended_at"]), (&json!(false), &Value::Null));
    assert_eq!(alice.read("/api/v1/visits").await["items"], json!([]));
}

// spec: T-10 R-4 X-1
#[tokio::test]
async fn what_a_page_kept_in_its_address_is_seen_by_rules_and_stored_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let reopen = async || Store::open_sqlite(dir.path()).await.unwrap();
    let rule = json!({ "match_value": "secret=42", "required_time_s": 2 });
    let shop = Shop::open(reopen().await, Plan { rule, ..Plan::default() }).await;
    let alice = shop.agent("Alice").await;
    let at = page(1, "/product/oslo-chair?secret=42#secret=42");
    let mut browser = Browser::connect(shop.address, Some(ORIGIN)).await;
    browser.hello(&shop.site.key, json!({ "pages": [at] })).await;
    let visit = visit_once(&alice, &browser, |visit| visit["page_views"] == 1).await;

    let shop = shop.restart(reopen).await;
    let visitor = VisitorId(visit["visitor_id"].as_str().unwrap().parse().unwrap());
    let mut tx = shop.store.write().await.unwrap();
    let state =
        claim_open_visit(&mut tx, visitor, "elsewhere", Clock::System.now()).await.unwrap().unwrap().state;
    drop(tx);
    assert!(!state.contains("secret"), "{state}");
    let token = alice.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
    let alice = Console::sign_in(shop.address, &token, alice.user).await;
    let mut back = Browser::connect(shop.address, Some(ORIGIN)).await;
    let at = page(1, "/product/oslo-chair?secret=42#secret=42");
    back.hello(&shop.site.key, json!({ "token": browser.token(), "pages": [at] })).await;
    back.offer().await;
    let why = format!("/api/v1/visits/{}/decision", back.welcome["visit"].as_str().unwrap());
    assert_eq!(alice.read(&why).await["rules"][0]["views"], 1);
}

/// Browsers slow down pages that cannot be seen.
// spec: T-6 T-7
async fn a_page_that_beats_too_seldom_is_asked_and_stays(store: Store) {
    let shop = Shop::open_at(store, Plan::default(), Clock::manual(START)).await;
    let admin = shop.person("Ada", Role::Admin).await;
    let mut browser = shop.browser().await;
    shop.clock.advance_ms(3_500);
    browser.socket.asked().await;
    let path = format!("/api/v1/visits/{}", browser.welcome["visit"].as_str().unwrap());
    admin.read_until(&path, |visit| visit["last_contact_at"] == START.plus_ms(3_500).0).await;
}
