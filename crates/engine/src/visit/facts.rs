//! Owns what a visit knows of visitor, browser and pages, as far as conditions ask for it. Evaluates nothing.

use serde::{Deserialize, Serialize};

use crate::attribute::{Attribute, Trust, Value};
use crate::condition::{DeviceClass, UtmParameter};
use crate::id::QueueId;
use crate::time::UnixMs;
use crate::world::{Config, Sequence, print_of};

const ATTRIBUTES_MAX: usize = 64;
const ATTRIBUTE_NAME_CHARS_MAX: usize = 64;
const ATTRIBUTE_TEXT_CHARS_MAX: usize = 256;
/// Events of the page's own that are kept; a rule counts at most 50 of one name.
const EVENTS_MAX: usize = 200;
const EVENT_NAME_CHARS_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 256;
const SEQUENCES_MAX: usize = 256;
const WAITS_MAX: usize = 64;
const REFERRERS_MAX: usize = 256;

/// What holds for the whole visit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VisitFacts {
    pub(crate) visit_number: u32,
    pub(crate) previous_chats: u32,
    pub(crate) referrer: Box<str>,
    pub(crate) language: Box<str>,
    pub(crate) device: Option<DeviceClass>,
    /// Signed or not, once the page has said who the visitor is.
    pub(crate) identified: Option<bool>,
    rare: Option<Box<RareFacts>>,
}

/// What most visits have nothing of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct RareFacts {
    utm: Vec<(UtmParameter, Box<str>)>,
    attributes: Vec<Attribute>,
    /// Oldest first.
    events: Vec<(Box<str>, UnixMs)>,
    sequences: Vec<SequenceFact>,
    waits: Vec<(QueueId, u32)>,
    /// Texts, by their prints, and whether they stood in the whole address from which the visit came, where what was
    /// kept of it says otherwise.
    referrers: Vec<(u32, bool)>,
}

/// What holds for one page view.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PageFacts {
    pub(crate) active_at: UnixMs,
    pub(crate) scrolled_percent: u8,
    pub(crate) exit_intended: bool,
    form: Option<Box<FormFacts>>,
}

/// What is known of the form of a page: never what was typed (T-2).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct FormFacts {
    pub(crate) entered_at: UnixMs,
    pub(crate) input_at: UnixMs,
    submitted: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SequenceFact {
    print: u32,
    first_at: Option<UnixMs>,
    completed: bool,
}

impl PageFacts {
    pub(super) const fn entered(now: UnixMs) -> Self {
        Self { active_at: now, scrolled_percent: 0, exit_intended: false, form: None }
    }

    /// The form that was entered and not submitted.
    pub(crate) fn open_form(&self) -> Option<FormFacts> {
        self.form.as_deref().copied().filter(|form| !form.submitted)
    }

    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        self.form.as_ref().map_or(0, |_| size_of::<FormFacts>())
    }

    pub(super) fn enter_form(&mut self, now: UnixMs) {
        self.form = Some(Box::new(FormFacts { entered_at: now, input_at: now, submitted: false }));
        self.active_at = now;
    }

    pub(super) fn input(&mut self, now: UnixMs) {
        match self.open_form() {
            Some(form) => self.form = Some(Box::new(FormFacts { input_at: now, ..form })),
            None => self.enter_form(now),
        }
        self.active_at = now;
    }

    pub(super) fn submit_form(&mut self, now: UnixMs) {
        if let Some(form) = &mut self.form {
            form.submitted = true;
        }
        self.active_at = now;
    }

    pub(super) fn scroll(&mut self, percent: u8, now: UnixMs) {
        self.scrolled_percent = self.scrolled_percent.max(percent.min(100));
        self.active_at = now;
    }
}

impl RareFacts {
    fn bytes(&self) -> usize {
        let utm: usize = self.utm.iter().map(|(_, value)| value.len()).sum();
        size_of::<Self>()
            + utm
            + self.utm.capacity() * size_of::<(UtmParameter, Box<str>)>()
            + self.attributes.capacity() * size_of::<Attribute>()
            + self.events.capacity() * size_of::<(Box<str>, UnixMs)>()
            + self.sequences.capacity() * size_of::<SequenceFact>()
            + self.waits.capacity() * size_of::<(QueueId, u32)>()
    }
}

impl VisitFacts {
    pub(super) fn begin() -> Self {
        Self {
            visit_number: 1,
            previous_chats: 0,
            referrer: "".into(),
            language: "".into(),
            device: None,
            identified: None,
            rare: None,
        }
    }

    /// Bytes that these facts hold in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.referrer.len()
            + self.language.len()
            + self.rare.as_ref().map_or(0, |rare| rare.bytes())
    }

    fn rare_mut(&mut self) -> &mut RareFacts {
        self.rare.get_or_insert_default()
    }

    /// The first page tells where the visit came from.
    pub(super) fn come_from(&mut self, url: &str, referrer: &str) {
        self.referrer = clamped(referrer, 8 * TEXT_BYTES_MAX);
        let utm = utm_of(url);
        if !utm.is_empty() {
            self.rare_mut().utm = utm;
        }
    }

    /// Whether the address from which the visit came contains a text, ignoring case.
    pub(crate) fn came_from(&self, text: &str) -> bool {
        let kept = self.rare.as_ref().filter(|rare| !rare.referrers.is_empty());
        let known = kept.and_then(|rare| {
            let print = print_of(&text);
            rare.referrers.iter().find(|(of, _)| *of == print).map(|(_, stood)| *stood)
        });
        known.unwrap_or_else(|| contains(&self.referrer, text))
    }

    /// Leaves of the address from which the visit came what may be written down, and what the rules' conditions found in
    /// the whole of it.
    pub(super) fn shorten_referrer(&mut self, storable: impl Fn(&str) -> String, config: &Config) {
        let short = storable(&self.referrer);
        if *short == *self.referrer {
            return;
        }
        let found = config.referrers().map(|text| (text, self.came_from(text)));
        let differs = found.filter(|(text, stood)| contains(&short, text) != *stood);
        let referrers = differs.map(|(text, stood)| (print_of(&text), stood)).take(REFERRERS_MAX).collect();
        self.rare_mut().referrers = referrers;
        self.referrer = short.into();
    }

    /// A page was viewed that begins or ends sequences: one page never does both for the same one.
    pub(super) fn step(&mut self, sequence: &Sequence, is_first: bool, is_then: bool, now: UnixMs) {
        if self.rare.is_none() && !is_first {
            return;
        }
        let sequences = &mut self.rare_mut().sequences;
        let known = sequences.iter().position(|fact| fact.print == sequence.print);
        let at = match known {
            Some(at) => at,
            None if is_first && sequences.len() < SEQUENCES_MAX => {
                sequences.push(SequenceFact { print: sequence.print, first_at: None, completed: false });
                sequences.len() - 1
            }
            None => return,
        };
        let fact = &mut sequences[at];
        let in_time = |first_at: UnixMs| now <= first_at.plus_s(sequence.within_s);
        fact.completed |= is_then && fact.first_at.is_some_and(in_time);
        if is_first {
            fact.first_at = Some(now);
        }
    }

    /// Whether a page sequence was completed, by its print.
    pub(crate) fn has_completed(&self, print: u32) -> bool {
        self.rare()
            .is_some_and(|rare| rare.sequences.iter().any(|fact| fact.print == print && fact.completed))
    }

    fn rare(&self) -> Option<&RareFacts> {
        self.rare.as_deref()
    }

    pub(crate) fn utm(&self, parameter: UtmParameter) -> Option<&str> {
        self.rare()?.utm.iter().find(|(of, _)| *of == parameter).map(|(_, value)| &**value)
    }

    pub(super) fn attributes(&self) -> &[Attribute] {
        self.rare().map_or(&[], |rare| &rare.attributes)
    }

    pub(crate) fn attributes_named(&self, name: &str, trust: Trust) -> impl Iterator<Item = &Attribute> {
        let trusted = move |attribute: &&Attribute| trust == Trust::Any || attribute.signed;
        self.attributes().iter().filter(trusted).filter(move |attribute| attribute.name == name)
    }

    pub(crate) fn events_newest_first(&self, name: &str) -> impl Iterator<Item = UnixMs> {
        let events = self.rare().map_or(&[][..], |rare| &rare.events);
        events.iter().rev().filter(move |(of, _)| **of == *name).map(|(_, at)| *at)
    }

    /// Only events that a rule asks for are kept.
    pub(super) fn note_event(&mut self, name: &str, now: UnixMs, config: &Config) {
        if name.chars().count() > EVENT_NAME_CHARS_MAX || !config.asks_for_event(name) {
            return;
        }
        let events = &mut self.rare_mut().events;
        if events.len() == EVENTS_MAX {
            events.remove(0);
        }
        events.push((name.into(), now));
    }

    /// Signed and claimed attributes of one name stand side by side; what is out of bounds is left out.
    pub(super) fn set_attributes(&mut self, attributes: Vec<Attribute>) {
        for attribute in attributes {
            let chars = attribute.name.chars().count();
            if chars == 0 || chars > ATTRIBUTE_NAME_CHARS_MAX || !is_in_bounds(&attribute.value) {
                continue;
            }
            let same = |known: &Attribute| known.name == attribute.name && known.signed == attribute.signed;
            let attributes = &mut self.rare_mut().attributes;
            match attributes.iter().position(same) {
                Some(at) => attributes[at] = attribute,
                None if attributes.len() < ATTRIBUTES_MAX => attributes.push(attribute),
                None => {}
            }
        }
    }

    pub(super) fn describe(&mut self, language: &str, device: DeviceClass) {
        self.language = clamped(language, TEXT_BYTES_MAX);
        self.device = Some(device);
    }

    pub(super) const fn know(&mut self, visit_number: u32, previous_chats: u32) {
        self.visit_number = visit_number;
        self.previous_chats = previous_chats;
    }

    /// What was signed once stays signed.
    pub(super) fn identify(&mut self, signed: bool) {
        self.identified = Some(signed || self.identified == Some(true));
    }

    pub(super) fn set_wait(&mut self, queue: QueueId, wait_s: Option<u32>) {
        let waits = &mut self.rare_mut().waits;
        waits.retain(|(of, _)| *of != queue);
        if let Some(wait_s) = wait_s.filter(|_| waits.len() < WAITS_MAX) {
            waits.push((queue, wait_s));
        }
    }

    pub(super) fn wait_s(&self, queue: QueueId) -> Option<u32> {
        self.rare()?.waits.iter().find(|(of, _)| *of == queue).map(|(_, wait_s)| *wait_s)
    }
}

fn is_in_bounds(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.chars().count() <= ATTRIBUTE_TEXT_CHARS_MAX,
        Value::Number(number) => number.value().is_finite(),
        Value::Boolean(_) | Value::Time(_) => true,
    }
}

fn utm_of(url: &str) -> Vec<(UtmParameter, Box<str>)> {
    let Ok(url) = url::Url::parse(url) else { return Vec::new() };
    let value = |parameter: UtmParameter| url.query_pairs().find(|(key, _)| key == parameter.key());
    let found = UtmParameter::ALL.into_iter().filter_map(|parameter| Some((parameter, value(parameter)?.1)));
    found.map(|(parameter, value)| (parameter, clamped(&value, TEXT_BYTES_MAX))).collect()
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn clamped(text: &str, bytes_max: usize) -> Box<str> {
    cut(text, bytes_max).into()
}

/// As much of a text as may be kept.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
