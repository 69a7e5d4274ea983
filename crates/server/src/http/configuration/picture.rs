//! Owns the pictures of a configuration file: those that are shown go into it, those that are not there yet come out of it,
//! made anew like every picture that someone sends.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use beckon_engine::id::FileId;
use serde_json::Value;

use super::document::{Configuration, Item, Picture};
use crate::http::Api;
use crate::http::bringing::Bringing;
use crate::http::error::{Answer, Problem};
use crate::http::file::site_picture::{IMAGE_SIDE_MAX, KeptPicture, PICTURES_MAX, SENT_BYTES_MAX};
use crate::store::Tx;
use crate::store::column::Text;
use crate::store::picture::{PictureRow, find_picture, find_picture_count, insert_picture};

const PATH: &str = "/pictures/";

/// Pictures that are not there yet, by the place of their site in the file.
pub type NewPictures = BTreeMap<usize, Vec<NewPicture>>;

/// A picture that is not there yet.
#[derive(Debug)]
pub struct NewPicture {
    id: FileId,
    media_type: String,
    content: Vec<u8>,
}

/// The pictures that things show.
///
/// # Errors
/// When the database failed.
pub async fn shown(tx: &mut Tx, things: impl Iterator<Item = &Item>) -> Answer<BTreeMap<FileId, Picture>> {
    let mut ids = BTreeSet::new();
    for thing in things {
        thing.0.values().for_each(|value| gather(value, &mut ids));
    }
    let mut pictures = BTreeMap::new();
    for id in ids {
        if let Some(row) = find_picture(tx, id).await? {
            pictures.insert(id, Picture { content: BASE64_STANDARD.encode(row.content) });
        }
    }
    Ok(pictures)
}

fn gather(value: &Value, ids: &mut BTreeSet<FileId>) {
    match value {
        Value::String(text) => ids.extend(text.strip_prefix(PATH).and_then(|id| id.parse::<FileId>().ok())),
        Value::Array(items) => items.iter().for_each(|item| gather(item, ids)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Makes those pictures of a file anew that are not there yet, before anything else waits for it.
///
/// # Errors
/// When one is no picture that is taken, or the database failed.
pub async fn renew_new(api: &Api, file: &Configuration) -> Answer<NewPictures> {
    let mut found = NewPictures::new();
    for (i, section) in file.sites.iter().enumerate() {
        if section.pictures.len() > usize::try_from(PICTURES_MAX).unwrap_or_default() {
            return Err(Problem::LimitReached(PICTURES_MAX));
        }
        for (id, picture) in &section.pictures {
            let mut tx = api.store.read().await?;
            if find_picture(&mut tx, *id).await?.is_some() {
                continue;
            }
            drop(tx);
            let at = format!("/sites/{i}/pictures/{id}/content");
            let content = BASE64_STANDARD
                .decode(&picture.content)
                .ok()
                .filter(|content| content.len() <= SENT_BYTES_MAX)
                .ok_or_else(|| Problem::field(at.as_str(), "is not at most 5 MB in base64"))?;
            let renewed = api.uploads.renew(content, None, IMAGE_SIDE_MAX).await;
            let renewed = renewed.map_err(|problem| {
                if matches!(problem, Problem::File(_)) {
                    Problem::field(at, "is no picture that is taken: JPEG, PNG, GIF or WebP")
                } else {
                    problem
                }
            })?;
            found.entry(i).or_default().push(NewPicture {
                id: *id,
                media_type: renewed.media_type.to_owned(),
                content: renewed.whole,
            });
        }
    }
    Ok(found)
}

/// Checks that pictures belong to the site: those of another one would go with it.
///
/// # Errors
/// When one does not, or the database failed.
pub async fn check_own(
    bringing: &mut Bringing<'_>,
    at: &str,
    ids: impl Iterator<Item = &FileId>,
) -> Answer<()> {
    for id in ids {
        let found = find_picture(&mut bringing.tx, *id).await?;
        if found.is_some_and(|picture| *picture.site_id != bringing.site) {
            let why =
                "belongs to another site of this installation: send it to this one and name its new address";
            return Err(Problem::field(format!("{at}/pictures/{id}"), why));
        }
    }
    Ok(())
}

/// Adds new pictures to the site.
///
/// # Errors
/// When there would be too many, or the database failed.
pub async fn add(bringing: &mut Bringing<'_>, pictures: Vec<NewPicture>) -> Answer<()> {
    let (site, created_at) = (bringing.site, bringing.api.clock.now().0);
    for NewPicture { id, media_type, content } in pictures {
        let tx = &mut bringing.tx;
        if find_picture(tx, id).await?.is_some() {
            continue;
        }
        if find_picture_count(tx, site).await? >= PICTURES_MAX {
            return Err(Problem::LimitReached(PICTURES_MAX));
        }
        let row = PictureRow { id: Text(id), site_id: Text(site), media_type, content, created_at };
        insert_picture(tx, &row).await?;
        let url = format!("{PATH}{id}");
        bringing.record(None, Some(&KeptPicture { site, url: &url })).await?;
    }
    Ok(())
}
