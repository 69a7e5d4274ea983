//! Frames of browsers and consoles, one a line, and bodies of polls: whatever comes is read or refused in words that
//! repeat nothing of it. What is read is within its bounds, may be stored, and one visit takes all of it.
#![no_main]

use std::collections::BTreeMap;

use beckon_engine::attribute::{AttributeTest, Trust, Value};
use beckon_engine::condition::Condition;
use beckon_engine::event::Event;
use beckon_engine::id::QueueId;
use beckon_engine::queue::{Field, FieldKind};
use beckon_engine::rule::{Action, MatchOn, MatchType, RulePlan};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use beckon_engine::world::World;
use beckon_server::driver::address::{URL_LEN_MAX, clean, is_denied, storable, storable_referrer, utm};
use beckon_server::driver::command::{Observed, SeenPage};
use beckon_server::driver::form::{Given, check};
use beckon_server::store::page_view::FormStep;
use beckon_server::ws::wire::agent::AgentFrame;
use beckon_server::ws::wire::parse;
use beckon_server::ws::wire::sorting::{ChatFrame, Sorted, sort};
use beckon_server::ws::wire::visitor::{Page, Poll, VisitorFrame};
use libfuzzer_sys::fuzz_target;
use url::Url;
use uuid::Uuid;

mod site;

const TITLE_LEN_MAX: usize = 300;
const UTM_LEN_MAX: usize = 200;
const ANSWER_CHARS_MAX: usize = 2_000;
const TABS_MAX: usize = 32;
const ATTRIBUTES_MAX: usize = 64;
/// A visit may hold 32 pages with the longest texts, attributes, events and sequences.
const VISIT_BYTES_MAX: usize = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut browser = Browser::new();
    if let Ok(poll) = serde_json::from_str::<Poll>(text) {
        poll.frames.into_iter().for_each(|frame| browser.send(frame));
    }
    for line in text.lines() {
        match parse::<VisitorFrame>(line) {
            Ok(frame) => browser.send(frame),
            Err(why) => assert_repeats_nothing(&why),
        }
        if let Err(why) = parse::<AgentFrame>(line) {
            assert_repeats_nothing(&why);
        }
    }
    browser.leave();
});

fn assert_repeats_nothing(why: &str) {
    let rest =
        why.strip_prefix("Not a frame of this protocol, at line ").expect("the sentence is always the same");
    let (line, column) = rest.split_once(" column ").expect("it names the column");
    let column = column.strip_suffix('.').expect("it ends");
    assert!(line.parse::<usize>().is_ok() && column.parse::<usize>().is_ok());
}

/// One visitor, as the server sees what the browser sends.
struct Browser {
    visit: Visit,
    world: World,
    now: UnixMs,
    fields: Vec<Field>,
    allowed: Vec<String>,
    denied: Vec<String>,
}

impl Browser {
    fn new() -> Self {
        let (now, world) = (UnixMs(1_743_580_800_000), site::world(plan()));
        let mut visit = Visit::begin(1, now);
        visit.handle(Event::LinkConnected, now, &world);
        let (allowed, denied) = (vec!["size".to_owned()], vec!["/account".to_owned(), "/könto/".to_owned()]);
        Self { visit, world, now, fields: fields(), allowed, denied }
    }

    fn send(&mut self, frame: VisitorFrame) {
        if let VisitorFrame::Hello(hello) = &frame {
            let pages: Vec<Page> = hello.pages.clone();
            pages.into_iter().take(TABS_MAX).for_each(|page| self.view(page.into()));
        }
        match sort(frame) {
            Ok(Sorted::Track(observed)) => self.observe(observed),
            Ok(Sorted::Chat(ChatFrame::SendForm { answers, .. })) => self.fill_in(&answers),
            Ok(Sorted::Chat(ChatFrame::SendEnquiry(sent))) => self.fill_in(&sent.answers),
            Ok(Sorted::Chat(_) | Sorted::Identify(_)) => {}
            Err(why) => assert!(why.ends_with('.') && why.len() < 100, "a sentence for the developer"),
        }
    }

    fn observe(&mut self, observed: Observed) {
        match observed {
            Observed::Page(page) => self.view(page),
            Observed::Pages(pages) => pages.into_iter().for_each(|page| self.view(page)),
            Observed::Left { tab, .. } => self.feed(Event::TabClosed { tab }),
            Observed::Form { tab, step: FormStep::Entered } => self.feed(Event::FormEntered { tab }),
            Observed::Form { tab, step: FormStep::Input } => self.feed(Event::FormInput { tab }),
            Observed::Form { tab, step: FormStep::Submitted } => self.feed(Event::FormSubmitted { tab }),
            Observed::Told(event) => {
                assert_bounded(&event);
                self.feed(event);
            }
        }
    }

    /// What of a page would be written down.
    fn view(&mut self, page: SeenPage) {
        let SeenPage { tab, url, title, referrer, .. } = page;
        let kept = storable(&url, &self.allowed);
        assert!(kept.len() <= URL_LEN_MAX, "an address that is kept is bounded");
        if kept.len() < URL_LEN_MAX && !kept.is_empty() {
            let read = Url::parse(&kept).expect("what is kept is an address");
            assert!(read.fragment().is_none() && read.username().is_empty() && read.password().is_none());
            assert!(read.query_pairs().all(|(name, _)| name == "size"));
            assert_eq!(storable(&kept, &self.allowed), kept, "there is nothing more to leave out");
            assert_eq!(is_denied(&kept, &self.denied), is_denied(&url, &self.denied), "the path is the same");
        }
        let origins = ["https://s.test".to_owned()];
        assert!(storable_referrer(&referrer, &origins, &self.denied, &self.allowed).len() <= URL_LEN_MAX);
        let title_kept = clean(&title, TITLE_LEN_MAX);
        assert!(title_kept.len() <= TITLE_LEN_MAX && !title_kept.chars().any(char::is_control));
        assert!(utm(&url).values().all(|value| value.len() <= UTM_LEN_MAX));
        self.feed(Event::PageViewed { tab, url, title, referrer });
    }

    fn fill_in(&self, given: &BTreeMap<String, Given>) {
        match check(&self.fields, given, "de-CH") {
            Ok(answers) => assert!(answers.iter().all(|answer| {
                let length = answer.value.chars().count();
                (1..=ANSWER_CHARS_MAX).contains(&length)
                    && self.fields.iter().any(|field| field.key == answer.key)
            })),
            Err(wrong) => assert!(!wrong.is_empty() && wrong.len() <= self.fields.len()),
        }
    }

    fn feed(&mut self, event: Event) {
        self.visit.handle(event, self.now, &self.world);
        self.now = self.now.plus_ms(700);
        if let Some(deadline) = self.visit.deadline().filter(|deadline| *deadline <= self.now) {
            self.visit.handle(Event::DeadlineReached, deadline, &self.world);
        }
        assert!(self.visit.tabs().count() <= TABS_MAX && self.visit.attributes().len() <= ATTRIBUTES_MAX);
    }

    fn leave(&mut self) {
        assert!(self.visit.bytes() <= VISIT_BYTES_MAX, "a visit is bounded");
        let kept = self.visit.to_keep(|url| storable(url, &self.allowed), &self.world.config);
        let text = serde_json::to_string(&kept).expect("a visit is JSON");
        let restored: Visit = serde_json::from_str(&text).expect("a checkpoint is read back");
        assert_eq!(restored.explain(self.now, &self.world), kept.explain(self.now, &self.world));
    }
}

fn assert_bounded(event: &Event) {
    match event {
        Event::Scrolled { percent, .. } => assert!(*percent <= 100),
        Event::CustomEventFired { name } => assert!((1..=64).contains(&name.chars().count())),
        Event::AttributesSet { attributes } => {
            assert!(attributes.len() <= ATTRIBUTES_MAX);
            for attribute in attributes {
                assert!(!attribute.signed, "a page signs nothing");
                assert!((1..=64).contains(&attribute.name.chars().count()));
                match &attribute.value {
                    Value::Text(text) => assert!(text.chars().count() <= 256),
                    Value::Number(number) => assert!(number.value().is_finite()),
                    Value::Boolean(_) | Value::Time(_) => {}
                }
            }
        }
        _ => {}
    }
}

/// A rule that looks at what frames can report.
fn plan() -> RulePlan {
    let is_gold = AttributeTest::NotEqual(Value::Text("gold".to_owned()));
    let of = vec![
        Condition::ScrollDepth { at_least_percent: 50 },
        Condition::ExitIntent,
        Condition::TimeOnForm { at_least_s: 2 },
        Condition::CustomEvent { name: "added".to_owned(), at_least: 2, within_s: 60 },
        Condition::Attribute { name: "tier".to_owned(), trust: Trust::Any, test: is_gold },
    ];
    RulePlan {
        description: String::new(),
        action: Action::Invite,
        offer_id: None,
        queue_id: QueueId(Uuid::nil()),
        match_on: MatchOn::Url,
        match_type: MatchType::Regex,
        match_value: "^https?://[a-z.]+/(chairs|prices)".to_owned(),
        page_view_count: 1,
        required_time_s: 1,
        chat_priority: 0,
        conditions: Some(Condition::Any { of }),
    }
}

/// A field of each kind.
fn fields() -> Vec<Field> {
    let kinds = [
        ("text", FieldKind::Text),
        ("long", FieldKind::LongText),
        ("mail", FieldKind::Email),
        ("phone", FieldKind::Phone),
        ("number", FieldKind::Number),
        ("select", FieldKind::Select),
        ("box", FieldKind::Checkbox),
        ("consent", FieldKind::Consent),
    ];
    let field = |(key, kind): (&str, FieldKind)| Field {
        key: key.to_owned(),
        kind,
        label: BTreeMap::from([("en".to_owned(), key.to_owned())]),
        help: BTreeMap::new(),
        required: key == "text",
        choices: vec!["red".to_owned()],
        choice_labels: BTreeMap::new(),
        prefill: None,
    };
    kinds.into_iter().map(field).collect()
}
