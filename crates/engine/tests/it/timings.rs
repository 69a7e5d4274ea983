//! Owns the proof of the worked timings (SPEC section 3), row by row, for every phase of the poll.

use crate::scene::Scene;
use crate::site::Site;

/// Offer `help` on every page at once.
fn shop() -> Site {
    Site::new().rule("help", "/")
}

/// Phases of the poll, milliseconds after a full interval.
const PHASES: [i64; 5] = [1, 2500, 5000, 9999, 10_000];

/// The times in seconds at which something was said.
fn times(said: &[String], what: &str) -> Vec<f64> {
    let of = said.iter().filter_map(|line| line.split_once(' ')).filter(|(_, said)| *said == what);
    of.map(|(at, _)| at.parse().expect("a line begins with a number")).collect()
}

fn assert_within(what: f64, from: f64, to: f64) {
    assert!((from..=to).contains(&what), "{what} is not within {from} and {to}");
}

// spec: O-7
// spec: O-8
#[test]
fn idle_on_the_page_is_ignored_at_the_first_poll_from_60_and_offered_again_at_the_first_from_120() {
    for phase in PHASES {
        let mut scene = Scene::polling(shop()).shifted_ms(phase);
        scene.views("/").at(179);
        let said = scene.said();
        let (presented, ignored) = (times(&said, "presents help"), times(&said, "help ignored"));
        assert_eq!(presented.len(), 2, "{said:?}");
        assert_eq!(presented[0], 0.0);
        assert_within(ignored[0], 60.0, 70.0);
        assert_within(presented[1], 120.0, 130.0);
    }
}

// spec: O-9
#[test]
fn closed_at_5_is_passively_ignored_at_80() {
    let mut scene = Scene::polling(shop());
    scene.views("/").at(5).leaves().at(300);
    assert_eq!(scene.said(), ["0 presents help", "80 help passively ignored"]);
}

// spec: O-9
// spec: O-8
#[test]
fn back_at_90_is_offered_again_at_the_first_contact_from_120() {
    for phase in PHASES {
        let mut scene = Scene::polling(shop());
        scene.views("/").at(5).leaves().at_ms(90_000 - 10_000 + phase).polls_again();
        scene.views("/").at(135);
        let said = scene.said();
        assert_eq!(times(&said, "help passively ignored"), [80.0]);
        let presented = times(&said, "presents help");
        assert_eq!(presented.len(), 2, "{said:?}");
        assert_within(presented[1], 120.0, 130.0);
    }
}

// spec: O-8
// spec: O-3
#[test]
fn with_an_interval_of_30_the_next_comes_only_once_the_first_has_settled() {
    for phase in PHASES {
        let mut scene = Scene::polling(shop().settings(|s| s.minimum_interval_s = 30)).shifted_ms(phase);
        scene.views("/").at(75);
        let said = scene.said();
        let (presented, ignored) = (times(&said, "presents help"), times(&said, "help ignored"));
        assert_eq!((presented.len(), ignored.len()), (2, 1), "{said:?}");
        assert_eq!(presented[1], ignored[0], "at the same contact");
        assert_within(presented[1], 60.0, 70.0);
    }
}

// spec: R-4
#[test]
fn required_time_45_is_presented_within_one_poll_and_live_at_once() {
    let shop = || Site::new().rule_with("help", "/", |rule| rule.plan.required_time_s = 45);
    for phase in PHASES {
        let mut scene = Scene::polling(shop()).shifted_ms(phase);
        scene.views("/").at(60);
        assert_within(times(&scene.said(), "presents help")[0], 45.0, 55.0);
    }
    let mut scene = Scene::live(shop());
    scene.views("/").at(60);
    assert_eq!(scene.said(), ["45 presents help"]);
}

// spec: R-3
#[test]
fn page_view_count_3_qualifies_on_the_third_view_once_required_time_has_passed() {
    let shop = Site::new().rule_with("help", "/prices", |rule| {
        rule.plan.page_view_count = 3;
        rule.plan.required_time_s = 10;
    });
    let mut scene = Scene::live(shop.settings(|s| s.minimum_interval_s = 0));
    scene.views("/prices").at(30).views("/prices").at(60).views("/home").at(90);
    assert_eq!(scene.said(), [""; 0]);
    scene.views("/prices").at(99);
    assert_eq!(scene.said(), [""; 0]);
    scene.at(100);
    assert_eq!(scene.said(), ["100 presents help"]);
    scene.rejects().at(200).views("/prices").at(300).views("/prices").at(400);
    assert_eq!(scene.said(), ["100 help rejected"], "later views do not count again");
}
