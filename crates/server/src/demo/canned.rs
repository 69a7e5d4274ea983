//! Owns the canned replies of the demo.

use std::collections::BTreeMap;

use beckon_engine::id::CannedReplyId;

use crate::clock::Clock;
use crate::store::canned_reply::{CannedReplyRow, insert_canned_reply};
use crate::store::column::{Json, Text};
use crate::store::{StoreResult, Tx};

/// Shortcut, title, English and German text, and words to find it by.
const REPLIES: [(&str, &str, &str, &str, &str); 4] = [
    (
        "hello",
        "Greeting",
        "Hello {{visitor.first_name}}, I am {{agent.first_name}} from {{site.name}}. How can I help?",
        "Guten Tag {{visitor.first_name}}, ich bin {{agent.first_name}} von {{site.name}}. Womit kann ich helfen?",
        "welcome",
    ),
    (
        "moment",
        "One moment",
        "One moment please, I am looking that up for you.",
        "Einen Moment bitte, ich sehe gleich nach.",
        "wait",
    ),
    (
        "oak",
        "Care of oiled oak",
        "The oak is oiled. Wipe it with a damp cloth, and oil it again once a year.",
        "Die Eiche ist geölt. Feucht abwischen und einmal im Jahr nachölen.",
        "wood",
    ),
    (
        "thanks",
        "Thanks and goodbye",
        "Thank you for your visit, {{visitor.first_name}}. Your reference is {{reference}}.",
        "Vielen Dank für Ihren Besuch, {{visitor.first_name}}. Ihr Zeichen ist {{reference}}.",
        "end",
    ),
];

/// Writes them, for every site.
pub(super) async fn plant_canned_replies(tx: &mut Tx, clock: &Clock) -> StoreResult<()> {
    let now = clock.now().0;
    for (shortcut, title, english, german, tag) in REPLIES {
        let texts = [("en", english), ("de", german)];
        let row = CannedReplyRow {
            id: Text(CannedReplyId(clock.new_id())),
            site_id: None,
            queue_id: None,
            owner_id: None,
            shortcut: shortcut.to_owned(),
            title: title.to_owned(),
            texts: Json(BTreeMap::from(texts.map(|(tag, text)| (tag.to_owned(), text.to_owned())))),
            tags: Json(vec![tag.to_owned()]),
            created_at: now,
            updated_at: now,
        };
        insert_canned_reply(tx, &row).await?;
    }
    Ok(())
}
