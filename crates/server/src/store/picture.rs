//! Owns the SQL of the pictures of a site's looks and offers. Makes none.

use beckon_engine::id::{FileId, SiteId};

use super::column::Text;
use super::sql::{execute, fetch_one, fetch_optional};
use super::{StoreResult, Tx};

/// A picture that every visitor may see.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PictureRow {
    /// Identity: random, not to be guessed.
    pub id: Text<FileId>,
    /// The site it belongs to.
    pub site_id: Text<SiteId>,
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// The picture.
    pub content: Vec<u8>,
    /// When it came.
    pub created_at: i64,
}

/// Adds a picture.
///
/// # Errors
/// When there is no such site, or the database failed.
pub async fn insert_picture(tx: &mut Tx, picture: &PictureRow) -> StoreResult<()> {
    execute!(
        tx,
        "INSERT INTO pictures (id, site_id, media_type, content, created_at) VALUES ($1, $2, $3, $4, $5)",
        picture.id,
        picture.site_id,
        picture.media_type.as_str(),
        picture.content.as_slice(),
        picture.created_at,
    )?;
    Ok(())
}

/// Finds a picture, of whatever site.
///
/// # Errors
/// When the database failed.
pub async fn find_picture(tx: &mut Tx, id: FileId) -> StoreResult<Option<PictureRow>> {
    fetch_optional!(
        tx,
        PictureRow,
        "SELECT id, site_id, media_type, content, created_at FROM pictures WHERE id = $1",
        Text(id)
    )
}

/// How many pictures a site has.
///
/// # Errors
/// When the database failed.
pub async fn find_picture_count(tx: &mut Tx, site: SiteId) -> StoreResult<i64> {
    let (count,): (i64,) =
        fetch_one!(tx, (i64,), "SELECT COUNT(*) FROM pictures WHERE site_id = $1", Text(site))?;
    Ok(count)
}

/// Deletes the pictures of a site that came before `before` and stand in no queue, no offer and no presentation that
/// is open.
///
/// # Errors
/// When the database failed.
pub async fn delete_unused_pictures(tx: &mut Tx, site: SiteId, before: i64) -> StoreResult<u64> {
    execute!(
        tx,
        "DELETE FROM pictures WHERE site_id = $1 AND created_at < $2
           AND NOT EXISTS (SELECT 1 FROM queues WHERE queues.site_id = $1
                AND queues.plan LIKE '%/pictures/' || pictures.id || '%')
           AND NOT EXISTS (SELECT 1 FROM offers WHERE offers.site_id = $1
                AND offers.design LIKE '%/pictures/' || pictures.id || '%')
           AND NOT EXISTS (SELECT 1 FROM presentations WHERE presentations.site_id = $1
                AND presentations.outcome IS NULL
                AND presentations.design LIKE '%/pictures/' || pictures.id || '%')",
        Text(site),
        before,
    )
}
