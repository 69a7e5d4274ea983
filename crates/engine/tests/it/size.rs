//! Owns the proof that a visit stays small: what it keeps grows with rules seen, not with pages or time.

use beckon_engine::visit::Visit;

use crate::scene::Scene;
use crate::site::Site;

/// Aim for a visit with ten page views.
const BYTES_MAX: usize = 1024;

#[test]
fn a_visit_with_ten_page_views_is_small() {
    let mut site = Site::new();
    for n in 0..5 {
        site =
            site.rule_with(&format!("r{n}"), &format!("/product/{n}"), |rule| rule.plan.page_view_count = 2);
    }
    let mut scene = Scene::live(site);
    for n in 0..10 {
        scene.at(n * 20).views(&format!("/product/{n}/oslo-chair-oak-natural"));
    }
    assert!(scene.visit.bytes() <= BYTES_MAX, "{} bytes", scene.visit.bytes());
}

#[test]
fn a_visit_takes_three_lines_of_the_processors_cache_beside_its_texts() {
    assert_eq!((size_of::<Visit>(), align_of::<Visit>()), (192, 64));
}

#[test]
fn a_visit_does_not_grow_with_time() {
    let mut scene = Scene::live(Site::new().rule("help", "/").settings(|s| s.minimum_interval_s = 0));
    let after = |scene: &mut Scene, second: i64| {
        while scene.explain().at < crate::scene::START.plus_ms(second * 1000) {
            let now = scene.explain().at.ms_since(crate::scene::START) / 1000;
            scene.at(now + 30).views("/product");
        }
        scene.visit.bytes()
    };
    let early = after(&mut scene, 2000);
    assert_eq!(after(&mut scene, 20_000), early);
}
