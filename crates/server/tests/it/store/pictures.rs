//! Proves the pictures of a site: they are kept as long as something shows them.

use beckon_engine::id::FileId;
use beckon_server::store::Store;
use beckon_server::store::column::{Json, Text};
use beckon_server::store::offer::insert_offer;
use beckon_server::store::picture::{
    PictureRow, delete_unused_pictures, find_picture, find_picture_count, insert_picture,
};
use beckon_server::store::presentation::{PresentationRow, insert_presentation};
use beckon_server::store::queue::insert_queue;
use uuid::Uuid;

use super::fixtures::{offer, presentation, queue, site, visit};
use crate::harness::{START, store_tests};

store_tests!(a_picture_goes_once_nothing_shows_it,);

// spec: Q-11
async fn a_picture_goes_once_nothing_shows_it(store: Store) {
    let mut tx = store.write().await.unwrap();
    let shop = site(&mut tx, "Shop").await;
    let other = site(&mut tx, "Other").await;
    let mut made = Vec::new();
    for (owner, created_at) in [(&shop, 1), (&shop, 1), (&shop, 1), (&shop, 1), (&shop, 50), (&other, 1)] {
        let id = FileId(Uuid::now_v7());
        let media_type = "image/png".to_owned();
        let row =
            PictureRow { id: Text(id), site_id: owner.id, media_type, content: vec![1, 2, 3], created_at };
        insert_picture(&mut tx, &row).await.unwrap();
        made.push(id);
    }
    let [in_queue, in_offer, on_screen, unused, fresh, foreign] = made[..] else { unreachable!() };
    let url = |id: FileId| Some(format!("/pictures/{}", id.0));
    let mut desk = queue(shop.id.0, "Desk");
    desk.plan.0.styling.logo_url = url(in_queue);
    insert_queue(&mut tx, &desk).await.unwrap();
    let mut help = offer(shop.id.0, "Help");
    help.design.0.image_url = url(in_offer);
    insert_offer(&mut tx, &help).await.unwrap();
    let whose = visit(&mut tx, shop.id.0, START).await;
    let mut design = help.design.0.clone();
    design.image_url = url(on_screen);
    let row = PresentationRow { design: Json(design), ..presentation(&help, &desk, whose) };
    assert!(insert_presentation(&mut tx, &row).await.unwrap());
    assert_eq!(delete_unused_pictures(&mut tx, shop.id.0, 40).await.unwrap(), 1);
    for (id, stays) in [
        (in_queue, true),
        (in_offer, true),
        (on_screen, true),
        (unused, false),
        (fresh, true),
        (foreign, true),
    ] {
        assert_eq!(find_picture(&mut tx, id).await.unwrap().is_some(), stays);
    }
    assert_eq!(find_picture_count(&mut tx, shop.id.0).await.unwrap(), 4);
    assert_eq!(find_picture(&mut tx, fresh).await.unwrap().unwrap().content, [1, 2, 3]);
}
