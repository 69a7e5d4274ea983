//! Owns what a queue is (SPEC sections 4 and 5): its texts, form, hours and routing settings. Routes nothing. How
//! visitors wait in it stands in `waiting`, what they leave instead of a chat in `enquiry`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::QueueId;
use crate::offer::Position;
use crate::time::UnixMs;

pub mod enquiry;
pub mod waiting;

use enquiry::EnquiryPlan;
use waiting::{Dequeue, Priorities, SkillNeed};

pub mod conduct;

/// A chat queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    /// Identity.
    pub id: QueueId,
    /// Name, 1 to 100 characters.
    pub name: String,
    /// The channel switch.
    pub channel_on: bool,
    /// Opened or closed by hand, whatever the hours say.
    #[serde(default)]
    pub by_hand: Option<ByHand>,
    /// Everything else.
    pub plan: QueuePlan,
}

/// A queue that was opened or closed by hand, beside its hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// Open, or closed.
    pub open: bool,
    /// Until then, when the hours hold again; until it is taken back when absent.
    #[serde(default)]
    pub until: Option<UnixMs>,
}

/// The settings of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueuePlan {
    /// Activation mode (SPEC section 4).
    pub activation: Activation,
    /// Launch criteria: seconds on the site before the queue itself acts, 0 (only rules act) to 86 400.
    pub launch_after_s: u32,
    /// The offer that the queue's own timer presents; none when absent.
    pub launch_offer_id: Option<crate::id::OfferId>,
    /// Without invite: when the chat window opens in the visitor's browser (P-9).
    pub launch_window: LaunchWindow,
    /// Business hours.
    pub hours: Hours,
    /// Data collection when the visitor opens the chat unasked, at most 30 fields; empty is off.
    pub form_reactive: Vec<Field>,
    /// Data collection after an accepted offer, at most 30 fields; empty is off.
    pub form_invite: Vec<Field>,
    /// Routing.
    pub routing: Routing,
    /// What happens when a chat cannot be had.
    pub alternatives: Alternatives,
    /// What visitors leave instead of a chat.
    pub enquiry: EnquiryPlan,
    /// Looks and texts of the widget.
    pub styling: Styling,
    /// Idle chats, wrap-up, survey and screen pop.
    pub conduct: conduct::Conduct,
    /// Files from visitors.
    pub visitor_files: VisitorFiles,
}

/// Whether visitors may send files. Agents always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitorFiles {
    /// They may.
    #[default]
    Allowed,
    /// They may not.
    Refused,
}

/// When the chat window of a visitor opens whom an agent is alerted to (P-9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LaunchWindow {
    /// With the agent's first message.
    #[default]
    WithMessage,
    /// At once, with a text that somebody is coming; of itself once a visit.
    AtLaunch,
}

/// Activation mode of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// Only the visitor starts a chat.
    #[default]
    ReactiveOnly,
    /// Reactive, and proactive with invite.
    WithInvite,
    /// Reactive, and proactive without invite.
    WithoutInvite,
}

/// Business hours. No period at all means never open; see [`Hours::always`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Hours {
    /// IANA time zone, such as `Europe/Zurich`.
    pub time_zone: String,
    /// Weekly periods, at most 70.
    pub weekly: Vec<Period>,
    /// Dated exceptions, at most 400; each replaces the whole day.
    pub exceptions: Vec<Exception>,
}

/// One weekly period. When `to` is not after `from`, it runs over midnight into the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Day on which it starts, 1 (Monday) to 7 (Sunday).
    pub weekday: u8,
    /// Start, `HH:MM`.
    pub from: String,
    /// End, `HH:MM`, not included; `24:00` is the end of the day.
    pub to: String,
}

/// The hours of one date: a holiday (no spans) or special hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The date, `YYYY-MM-DD`.
    pub date: String,
    /// Why, for the console, 0 to 100 characters.
    #[serde(default)]
    pub name: String,
    /// Open spans of that date as (`HH:MM`, `HH:MM`); empty is closed.
    #[serde(default)]
    pub spans: Vec<(String, String)>,
}

/// One field of a data collection form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Key under which the answer is stored: a to z, 0 to 9, `_`, at most 40 characters, unique in the form.
    pub key: String,
    /// Type of the answer.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Label by BCP 47 tag; of a consent the text that is agreed to.
    pub label: BTreeMap<String, String>,
    /// Help text by BCP 47 tag.
    #[serde(default)]
    pub help: BTreeMap<String, String>,
    /// The form cannot be sent without it (P-3).
    #[serde(default)]
    pub required: bool,
    /// For `select`: the choices, at most 100.
    #[serde(default)]
    pub choices: Vec<String>,
    /// For `select`: what the visitor reads for each choice, by BCP 47 tag, in the order of the choices. Where a
    /// language has none, the choices themselves.
    #[serde(default)]
    pub choice_labels: BTreeMap<String, Vec<String>>,
    /// Pre-filled from the customer record for a signed identity (C-2).
    #[serde(default)]
    pub prefill: Option<Prefill>,
}

/// Type of a form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line, at most 200 characters.
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A number.
    Number,
    /// One of `choices`.
    Select,
    /// Yes or no.
    Checkbox,
    /// Several lines, at most 2 000 characters.
    LongText,
    /// Agreement to a stated text.
    Consent,
}

/// What a field is pre-filled with: exactly these two (C-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prefill {
    /// First name.
    FirstName,
    /// Primary e-mail.
    PrimaryEmail,
}

/// Routing settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Routing {
    /// Who is the first available agent.
    pub strategy: Strategy,
    /// How long one agent is rung, seconds, 5 to 300.
    pub ring_time_s: u32,
    /// Show the visitor their position.
    pub show_position: bool,
    /// Show the visitor the estimated wait.
    pub show_wait: bool,
    /// Leave the queue after this time, seconds, 0 (never) to 86 400.
    pub dequeue_after_s: u32,
    /// And then.
    pub dequeue: Dequeue,
    /// Who comes first.
    pub priority: Priorities,
    /// What an agent must know to be rung, at most 20.
    pub skills: Vec<SkillNeed>,
    /// Who has waited for this time may be answered without them, seconds, 0 (never) to 86 400.
    pub relax_skills_after_s: u32,
}

/// Who is the first available agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Without a chat for the longest time.
    #[default]
    LongestIdle,
    /// With the smallest share of their slots in use.
    LeastLoaded,
    /// In turn.
    RoundRobin,
}

/// What happens for each reason why a chat cannot be had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Alternatives {
    /// Outside business hours.
    pub out_of_hours: Alternative,
    /// The channel is off.
    pub channel_off: Alternative,
    /// No agent is available.
    pub no_agent: Alternative,
}

/// What the visitor gets instead of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Alternative {
    /// The chat window opens and the visitor waits.
    Wait,
    /// The browser goes to an address, `https:` or `http:`.
    Url {
        /// Where to.
        url: String,
    },
    /// A form whose content is stored and e-mailed.
    Enquiry,
    /// A text, 0 to 400 characters; empty shows the built-in text for the reason.
    Message {
        /// The text for every language without its own.
        #[serde(default)]
        text: String,
        /// The text in further languages, by BCP 47 tag.
        #[serde(default)]
        texts: BTreeMap<String, String>,
    },
}

/// Looks and texts of the widget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Styling {
    /// Main colour, `#rrggbb`; the widget corrects its contrast.
    pub color: String,
    /// Address of a logo, `https:` or a path on this server; none when absent.
    pub logo_url: Option<String>,
    /// Side of the page.
    pub position: Position,
    /// Title of the chat window, 0 to 60 characters; empty shows the built-in title.
    pub title: String,
    /// First line in the chat window, 0 to 400 characters; empty shows none.
    pub greeting: String,
    /// What the launcher looks like.
    pub launcher: LauncherForm,
    /// What stands on the launcher, 0 to 30 characters; empty is the built-in word.
    pub launcher_label: String,
    /// The same texts in further languages, by BCP 47 tag. What is empty there is as above.
    pub texts: BTreeMap<String, StylingTexts>,
}

/// What visitors press to open the chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LauncherForm {
    /// The mark alone, with its label for those who listen.
    #[default]
    Round,
    /// Mark and label.
    Labelled,
    /// Nothing, until there is something to answer; the page opens the chat.
    Hidden,
}

/// The widget's own texts in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StylingTexts {
    /// Title of the chat window, 0 to 60 characters.
    pub title: String,
    /// First line in the chat window, 0 to 400 characters.
    pub greeting: String,
    /// What stands on the launcher, 0 to 30 characters.
    pub launcher_label: String,
}

impl Styling {
    /// As a visitor who reads `language` gets it: with one language, that one, the language without its region, or the
    /// texts that hold for all.
    #[must_use]
    pub fn in_language(&self, language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or_default();
        let own = |tag: &str| self.texts.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag));
        let mut spoken = Self { texts: BTreeMap::new(), ..self.clone() };
        if let Some((_, own)) = own(language).or_else(|| own(primary)) {
            for (text, own) in [
                (&mut spoken.title, &own.title),
                (&mut spoken.greeting, &own.greeting),
                (&mut spoken.launcher_label, &own.launcher_label),
            ] {
                if !own.is_empty() {
                    text.clone_from(own);
                }
            }
        }
        spoken
    }
}

impl Hours {
    /// Open at all times, in UTC.
    #[must_use]
    pub fn always() -> Self {
        let every_day = |weekday| Period { weekday, from: "00:00".to_owned(), to: "24:00".to_owned() };
        Self { time_zone: "UTC".to_owned(), weekly: (1..=7).map(every_day).collect(), exceptions: Vec::new() }
    }
}

impl Default for Hours {
    fn default() -> Self {
        Self::always()
    }
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            strategy: Strategy::LongestIdle,
            ring_time_s: 20,
            show_position: true,
            show_wait: true,
            dequeue_after_s: 0,
            dequeue: Dequeue::default(),
            priority: Priorities::default(),
            skills: Vec::new(),
            relax_skills_after_s: 0,
        }
    }
}

impl Default for Alternative {
    fn default() -> Self {
        Self::Message { text: String::new(), texts: BTreeMap::new() }
    }
}

impl Default for Styling {
    fn default() -> Self {
        Self {
            color: "#0f766e".to_owned(),
            logo_url: None,
            position: Position::End,
            title: String::new(),
            greeting: String::new(),
            launcher: LauncherForm::Round,
            launcher_label: String::new(),
            texts: BTreeMap::new(),
        }
    }
}
