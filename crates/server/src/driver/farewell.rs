//! Owns what a visitor does after the end of a chat: saying what they thought of it.

use beckon_engine::id::{ChatId, VisitorId};
use beckon_engine::queue::conduct::Survey;

use super::Driver;
use super::conversation::{Refusal, own_chat, refuse};
use super::notice::RefusalCode;
use crate::bus::Hint;
use crate::store::chat::{ChatRow, ChatState};
use crate::store::column::Text;
use crate::store::survey::{SurveyKind, SurveyRow, insert_survey};

/// Longest comment of a survey, characters.
const COMMENT_LEN_MAX: usize = 1_000;

impl Driver {
    /// Stores what the visitor thought of their chat, once; a second answer changes nothing.
    ///
    /// # Errors
    /// When the chat is not the visitor's, has not ended, nobody asks, the answer is out of bounds, or the database failed.
    pub async fn visitor_rates(
        &self,
        visitor: VisitorId,
        chat: ChatId,
        rating: i64,
        comment: &str,
    ) -> Result<(), Refusal> {
        let bad = |detail: &str| refuse(None, RefusalCode::BadFrame, detail);
        let mut tx = self.store().write().await?;
        let row = own_chat(&mut tx, visitor, chat, None).await?;
        let kind = self.survey_of(&row).ok_or_else(|| bad("Nobody asks about this chat."))?;
        if !kind.takes(rating) {
            return Err(bad("This is no answer to the question."));
        }
        if comment.contains('\0') || comment.chars().count() > COMMENT_LEN_MAX {
            return Err(bad("A comment may have at most 1000 characters."));
        }
        let survey = SurveyRow { kind: Text(kind), rating, comment: comment.trim().to_owned() };
        if insert_survey(&mut tx, chat, &survey, self.clock().now()).await? {
            return Ok(self.commit_and_tell(tx, [Hint::ChatChanged { chat, visitor }]).await?);
        }
        self.bus().publish(Hint::ChatChanged { chat, visitor });
        Ok(())
    }

    /// What the visitor of this chat is asked; none before the end, or when nobody had it.
    pub(super) fn survey_of(&self, chat: &ChatRow) -> Option<SurveyKind> {
        if *chat.state != ChatState::Ended || chat.answered_at.is_none() {
            return None;
        }
        match self.conduct_of(chat).survey {
            Survey::Off => None,
            Survey::Rating => Some(SurveyKind::Rating),
            Survey::Thumbs => Some(SurveyKind::Thumbs),
        }
    }
}
