//! Owns lists in pages: how many items, where the next page starts, and the cursor that says so. Reads nothing itself.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::{Answer, Problem};

/// Items on a page when the request names no number.
pub const LIMIT_DEFAULT: i64 = 50;
/// Most items on a page.
pub const LIMIT_MAX: i64 = 200;

const CURSOR_CHARS_MAX: usize = 2_000;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// What to give as `after` for the next page; null on the last.
    #[schema(required)]
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Most items on the page, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    after: Option<String>,
}

impl PageParams {
    /// The page of a list that has further parameters of its own.
    #[must_use]
    pub fn new(limit: Option<i64>, after: Option<String>) -> Self {
        Self { limit, after }
    }

    /// How many items the page has at most.
    ///
    /// # Errors
    /// When the number is out of range.
    pub fn limit(&self) -> Answer<i64> {
        match self.limit {
            None => Ok(LIMIT_DEFAULT),
            Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::field("?limit", format!("is not 1 to {LIMIT_MAX}"))),
        }
    }

    /// What the list is ordered by, of the last item of the page before; empty texts for the first page.
    ///
    /// # Errors
    /// When the cursor was not made by this list.
    pub fn after<const N: usize>(&self) -> Answer<[String; N]> {
        let Some(cursor) = &self.after else { return Ok(std::array::from_fn(|_| String::new())) };
        decode(cursor).ok_or_else(|| Problem::field("?after", "is not a cursor of this list"))
    }
}

impl<T> Page<T> {
    /// The page that starts `rows`, which hold one more than `limit` when there is a next page.
    /// `key` is what the list is ordered by, the same as [`PageParams::after`] yields.
    pub fn cut<Row, const N: usize>(
        mut rows: Vec<Row>,
        limit: i64,
        key: impl FnOnce(&Row) -> [String; N],
        item: impl FnMut(Row) -> T,
    ) -> Self {
        let limit = usize::try_from(limit).expect("a limit is checked to be positive");
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| encode(&key(row))) } else { None };
        Self { items: rows.into_iter().map(item).collect(), next }
    }
}

fn encode(keys: &[String]) -> String {
    hex::encode(serde_json::to_vec(keys).expect("texts are always JSON"))
}

fn decode<const N: usize>(cursor: &str) -> Option<[String; N]> {
    if cursor.len() > CURSOR_CHARS_MAX {
        return None;
    }
    let keys: Vec<String> = serde_json::from_slice(&hex::decode(cursor).ok()?).ok()?;
    // PostgreSQL refuses this character in any text.
    if keys.iter().any(|key| key.contains('\0')) {
        return None;
    }
    keys.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_what_it_was_made_from() {
        let keys = ["20".to_owned(), "Ä / ~".to_owned(), String::new()];
        assert_eq!(decode::<3>(&encode(&keys)), Some(keys.clone()));
        assert_eq!(decode::<2>(&encode(&keys)), None, "a cursor of another list");
        assert_eq!(decode::<3>("zz"), None);
        assert_eq!(decode::<1>(&encode(&["\0".to_owned()])), None);
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let key = |n: &i32| [n.to_string()];
        assert!(Page::cut(vec![1, 2, 3], 2, key, |n| n).next.is_some());
        let last = Page::cut(vec![1, 2], 2, key, |n| n);
        assert_eq!((last.items, last.next), (vec![1, 2], None));
    }
}
