//! Owns what a visitor's connection knows between frames: who it is, and which messages it has sent. Socket and poll share it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::{ORIGIN, USER_AGENT};
use beckon_engine::event::Event;
use beckon_engine::id::{ChatId, VisitId, VisitorId};
use beckon_engine::signal::Signals;

use super::wire::sorting::ChatFrame;
use super::wire::visitor::{Page, VisitorHello};
use super::wire::{Held, VERSION};
use super::{Closed, Live, close};
use crate::bus::{Hint, Side};
use crate::driver::Driver;
use crate::driver::address::{clean, is_denied, storable_referrer, utm};
use crate::driver::admission::{Admitted, Arrival, Refused, is_token};
use crate::driver::command::{Attached, Observed};
use crate::driver::conversation::Refusal;
use crate::driver::enquiry::{Sent, Writer};
use crate::driver::files::ticketed;
use crate::driver::identity::{Identity, IdentityRefusal, Introduced};
use crate::driver::notice::visitor::{PresentedOffer, VisitorChat, VisitorNotice};
use crate::driver::notice::{Message, RefusalCode};
use crate::driver::remembered::Look;
use crate::driver::robots::is_robot;
use crate::driver::sites::Site;
use crate::driver::view::{is_hidden, visitor_chat};
use crate::http::client::Client;
use crate::http::user_agent::{browser, device};
use crate::store::chat::{ChatState, find_latest_chat, find_latest_shown_chat};
use crate::store::column::{Json, Text};
use crate::store::identity::Proof;
use crate::store::message::{EVERY_MESSAGE, list_messages};
use crate::store::visit::VisitFacts;
use crate::store::{StoreResult, Tx};

/// Longest language tag or time zone that is kept, bytes.
const TAG_LEN_MAX: usize = 64;

/// A visitor who said hello.
pub(super) struct VisitorSession {
    pub(super) driver: Driver,
    pub(super) visitor: VisitorId,
    pub(super) visit: VisitId,
    pub(super) site: Arc<Site>,
    token: String,
    language: String,
    /// The chat the browser holds, and the last message it was sent.
    held: Option<Held>,
    /// Whether the chat it holds was seen to be this visitor's.
    holds_its_own: bool,
    /// Whether the visitor was seen to have no open chat.
    pub(super) chatless: bool,
}

/// A hello that was accepted: who it is, before there is a visit.
pub(super) struct Greeted {
    pub(super) site: Arc<Site>,
    pub(super) visitor: VisitorId,
    pub(super) token: String,
    /// What the widget speaks.
    language: String,
    held: Option<Held>,
    /// Who the page says the visitor is; what is not believed is told once the visitor is in.
    pub(super) identity: Option<Result<Identity, IdentityRefusal>>,
}

/// What the browser says of itself outside the frames. Copies: a header kept is the whole buffer it was read into.
pub(super) struct Caller {
    pub(super) origin: String,
    pub(super) user_agent: String,
    address: IpAddr,
}

impl Caller {
    pub(super) fn of(headers: &HeaderMap, client: Client) -> Self {
        let text =
            |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        Self { origin: text(ORIGIN), user_agent: text(USER_AGENT), address: client.address }
    }
}

/// Checks a hello: version, site, origin, path, and that a token is one. Yields the site.
pub(super) fn check(driver: &Driver, hello: &VisitorHello, caller: &Caller) -> Result<Arc<Site>, Closed> {
    if hello.v != VERSION {
        return Err(Closed { code: close::BAD_FRAME, reason: "unknown version of the frames" });
    }
    let unknown = Closed { code: close::UNAUTHORIZED, reason: "no site has this key" };
    let site = driver.sites().by_key(&hello.site).ok_or(unknown)?;
    if !site.row.origins.contains(&caller.origin) {
        return Err(Closed { code: close::FOREIGN_ORIGIN, reason: "this origin is not one of the site's" });
    }
    if is_robot(&caller.user_agent) {
        return Err(Closed { code: close::NOT_TRACKED, reason: "robots are not tracked" });
    }
    let is_denied = |page: &Page| is_denied(&page.url, &site.row.deny_paths);
    if !hello.pages.is_empty() && hello.pages.iter().all(is_denied) {
        return Err(Closed { code: close::NOT_TRACKED, reason: "nothing is tracked on this path" });
    }
    if hello.token.as_deref().is_some_and(|token| !is_token(token)) {
        return Err(Closed { code: close::UNAUTHORIZED, reason: "not a token" });
    }
    Ok(site)
}

/// The visitor of a hello that was checked, as far as this node remembers: nothing is read.
pub(super) fn recall(driver: &Driver, site: &Arc<Site>, hello: &VisitorHello) -> Option<Greeted> {
    let token = hello.token.as_deref().filter(|_| hello.identity.is_none())?;
    let visitor = driver.remembered(*site.row.id, token)?;
    Some(Greeted::new(Arc::clone(site), Admitted { visitor, token: token.to_owned() }, hello, None))
}

/// Finds the visitor of a hello that was checked, or makes a new one.
pub(super) async fn greet(
    live: &Live,
    site: Arc<Site>,
    hello: &VisitorHello,
    caller: &Caller,
) -> Result<Greeted, Closed> {
    let driver = &live.driver;
    let identity = match &hello.identity {
        Some(introduction) => {
            let read = driver.read_introduction(&site, introduction).await;
            Some(read.map_err(|error| try_later(&error))?)
        }
        None => None,
    };
    let believed = identity.as_ref().and_then(|identity| identity.as_ref().ok());
    let admitted = admit(live, &site, hello.token.as_deref(), believed, caller).await?;
    Ok(Greeted::new(site, admitted, hello, identity))
}

/// The visitor of the token, or a new one, unless too many come from there.
async fn admit(
    live: &Live,
    site: &Site,
    token: Option<&str>,
    believed: Option<&Identity>,
    caller: &Caller,
) -> Result<Admitted, Closed> {
    let known = live.driver.recognise(site, token, believed).await.map_err(|refused| match refused {
        Refused::ForeignToken => Closed { code: close::UNAUTHORIZED, reason: "the token is another site's" },
        Refused::Store(error) => try_later(&error),
    })?;
    if let Some(known) = known {
        return Ok(known);
    }
    let too_many = "too many new visitors come from this address: try again in a minute";
    let too_many = Closed { code: close::TOO_MANY, reason: too_many };
    live.newcomers.count(caller.address).map_err(|_| too_many)?;
    live.driver.admit_new(site).await.map_err(|error| try_later(&error))
}

impl Greeted {
    fn new(
        site: Arc<Site>,
        admitted: Admitted,
        hello: &VisitorHello,
        identity: Option<Result<Identity, IdentityRefusal>>,
    ) -> Self {
        let Admitted { visitor, token } = admitted;
        let language = clean(hello.widget_language.as_deref().unwrap_or(&hello.language), TAG_LEN_MAX);
        Self { site, visitor, token, language, held: hello.chat, identity }
    }

    /// Claims or begins the visit.
    pub(super) async fn claim(
        &self,
        driver: &Driver,
        hello: &VisitorHello,
        caller: &Caller,
    ) -> Result<Arrival, Closed> {
        let facts = facts(&self.site, hello, caller);
        let claimed = driver.claim_visit(Arc::clone(&self.site), self.visitor, facts).await;
        claimed.map_err(|error| try_later(&error))
    }

    pub(super) fn into_session(self, driver: Driver, attached: &Attached) -> VisitorSession {
        VisitorSession {
            driver,
            visitor: self.visitor,
            visit: attached.visit,
            site: Arc::clone(&attached.site),
            token: self.token,
            language: self.language,
            held: self.held,
            holds_its_own: false,
            chatless: attached.chatless,
        }
    }
}

impl VisitorSession {
    /// The welcome, and what the browser missed of its chat.
    pub(super) async fn welcome(&mut self, offer: Option<PresentedOffer>) -> StoreResult<Vec<VisitorNotice>> {
        let named = self.held.map(|held| held.id);
        let (chat, mut missed) = match named {
            None if self.chatless => (None, Vec::new()),
            None | Some(_) => self.catch_up().await?,
        };
        // An ended chat is shown only to a browser that still shows it.
        let chat = chat.filter(|chat| chat.state != ChatState::Ended || named == Some(chat.id));
        if chat.is_none() {
            missed.clear();
        }
        let mut notices = vec![VisitorNotice::Welcome {
            v: VERSION,
            token: self.token.clone(),
            visit: self.visit,
            signals: Box::new(Signals::clone(&self.site.signals)),
            poll_interval_s: self.site.world.config.settings().poll_interval_s,
            styling: Box::new(self.site.styling(&self.language)),
            open: self.site.is_open(),
            offer: offer.map(Box::new),
            chat: chat.map(Box::new),
        }];
        notices.append(&mut missed);
        Ok(notices)
    }

    /// How the launcher looks now.
    pub(super) fn styling(&self) -> VisitorNotice {
        VisitorNotice::Styling { styling: Box::new(self.site_now().styling(&self.language)) }
    }

    /// Lets this node remember whose the token is and, from `chatless`, that there was no open chat then.
    pub(super) async fn remember(&self, chatless: Option<Look>) {
        self.driver.remember(*self.site.row.id, self.visitor, &self.token, chatless).await;
    }

    /// The chat as it is now, and the messages that were not sent yet.
    pub(super) async fn chat_changed(&mut self) -> StoreResult<Vec<VisitorNotice>> {
        let (chat, mut missed) = self.catch_up().await?;
        let mut notices: Vec<_> =
            chat.map(|chat| VisitorNotice::Chat { chat: Box::new(chat) }).into_iter().collect();
        notices.append(&mut missed);
        Ok(notices)
    }

    /// The messages that were not sent yet; nothing is read when this browser has the one with the number `seq`, such as its
    /// own, which was acknowledged, or when that is the next and this node has just written it.
    pub(super) async fn messages_added(&mut self, seq: Option<i64>) -> StoreResult<Vec<VisitorNotice>> {
        let Some(held) = self.held else { return self.chat_changed().await };
        if seq.is_some_and(|seq| seq <= held.after) {
            return Ok(Vec::new());
        }
        if let Some(next) = seq.filter(|seq| held.after.checked_add(1) == Some(*seq))
            && let Some(row) = self.driver.just_written(held.id, next)
        {
            self.held = Some(Held { id: held.id, after: next });
            let said = ticketed(Message::for_visitor(row), &self.token, self.driver.clock().now());
            return Ok(vec![message(held.id, said)]);
        }
        let mut tx = self.driver.store().read().await?;
        let mut notices = Vec::new();
        let after = self.read_on(&mut tx, held, &mut notices).await?;
        self.held = Some(Held { id: held.id, after });
        Ok(notices)
    }

    /// Writes down who the page says the visitor is; yields what to answer.
    pub(super) async fn introduce(
        &mut self,
        identity: Result<Identity, IdentityRefusal>,
    ) -> Result<VisitorNotice, Closed> {
        let refused =
            |code: IdentityRefusal| VisitorNotice::IdentityRefused { code, detail: code.detail().to_owned() };
        let identity = match identity {
            Ok(identity) => identity,
            Err(code) => return Ok(refused(code)),
        };
        let introduced = self.driver.introduce(self.visitor, self.visit, &identity).await;
        match introduced.map_err(|error| try_later(&error))? {
            Introduced::Refused(code) => Ok(refused(code)),
            // The browser comes again with the same words, and is admitted as somebody else.
            Introduced::Another => {
                Err(Closed { code: close::RESUME, reason: "come again as another visitor" })
            }
            Introduced::Known => {
                let signed = *identity.row.identity == Proof::Signed;
                if !identity.expired {
                    for event in identity.events {
                        self.driver.observe(self.visitor, Observed::Told(event)).await;
                    }
                }
                Ok(VisitorNotice::Identified { signed })
            }
        }
    }

    /// Carries out a frame about the chat; yields what to answer.
    pub(super) async fn handle(&mut self, frame: ChatFrame) -> Vec<VisitorNotice> {
        self.driver.observe(self.visitor, Observed::Told(Event::Heard)).await;
        let (driver, visitor) = (self.driver.clone(), self.visitor);
        let done: Result<(), Refusal> = match frame {
            ChatFrame::Open { declined } => {
                driver.visitor_opens(self.site_now(), visitor, self.visit, declined).await
            }
            ChatFrame::SendForm { chat, answers } => {
                driver.send_form(&self.site_now(), visitor, chat, &answers, &self.language).await
            }
            ChatFrame::SendEnquiry(sent) => return self.send_enquiry(sent).await,
            ChatFrame::Say { chat, said } => match driver.visitor_says(visitor, chat, &said).await {
                Ok(seq) => {
                    self.acknowledge(chat, seq);
                    return vec![VisitorNotice::Ack { chat, id: said.id, seq }];
                }
                Err(Refusal::Store(error)) => {
                    tracing::warn!(%error, "a message could not be stored");
                    return vec![try_again(said.id)];
                }
                Err(refusal) => Err(refusal),
            },
            ChatFrame::Typing { chat } => {
                let holds = self.holds(chat).await;
                if matches!(holds, Ok(true)) {
                    driver.bus().publish(Hint::Typing { chat, visitor, by: Side::Visitor, writer: None });
                }
                holds.map(drop).map_err(Refusal::from)
            }
            ChatFrame::Delivered { chat, seq } => driver.visitor_has(visitor, chat, seq).await,
            ChatFrame::Read { chat, seq } => driver.visitor_reads(visitor, chat, seq).await,
            ChatFrame::End { chat } => driver.visitor_ends(visitor, chat).await,
            ChatFrame::Transcript { chat, email } => {
                driver.visitor_wants_transcript(visitor, chat, &email).await
            }
            ChatFrame::Rate { chat, rating, comment } => {
                driver.visitor_rates(visitor, chat, rating, &comment).await
            }
            ChatFrame::Resume { chat, after } => {
                self.held = Some(Held { id: chat, after: after.max(0) });
                self.holds_its_own = false;
                let read = self.catch_up().await;
                if read.is_err() {
                    // Whether the chat is this visitor's was not seen.
                    self.held = None;
                }
                return read.map_or_else(|error| vec![error.into()], |(_, notices)| notices);
            }
        };
        done.err().map(VisitorNotice::from).into_iter().collect()
    }

    /// What is wrong with an enquiry may be that its form is another one by now: that is shown first, the way the form was.
    async fn send_enquiry(&mut self, sent: Sent) -> Vec<VisitorNotice> {
        let site = self.site_now();
        let (id, queue, ended) = (sent.id.clone(), sent.queue, sent.chat);
        let (visitor, visit, language) = (self.visitor, self.visit, self.language.as_str());
        let writer = Writer { site: &site, visitor, visit, language };
        let refused = match self.driver.send_enquiry(&writer, sent).await {
            Ok(taken) => return vec![taken],
            Err(Refusal::Store(error)) => {
                tracing::warn!(%error, "an enquiry could not be stored");
                return vec![try_again(id)];
            }
            Err(Refusal::Notice(refused)) => *refused,
        };
        if !matches!(refused, VisitorNotice::EnquiryRefused { .. }) {
            return vec![refused];
        }
        let form = match ended {
            Some(_) => self.chat_changed().await,
            None => self.driver.enquiry_form(&site, visitor, queue).await.map(|form| vec![form]),
        };
        let mut answers = form.unwrap_or_else(|error| {
            tracing::warn!(%error, "the form of an enquiry could not be read");
            Vec::new()
        });
        answers.push(refused);
        answers
    }

    /// Whether the browser holds this chat, and it is this visitor's: a poll says what it holds, and nobody has looked yet.
    async fn holds(&mut self, chat: ChatId) -> StoreResult<bool> {
        if self.held.is_none_or(|held| held.id != chat) {
            return Ok(false);
        }
        if !self.holds_its_own {
            let mut tx = self.driver.store().read().await?;
            let latest = find_latest_shown_chat(&mut tx, self.visitor).await?;
            self.holds_its_own = latest.is_some_and(|row| *row.id == chat);
        }
        Ok(self.holds_its_own)
    }

    /// The site as it is now, not as it was when the connection began.
    fn site_now(&self) -> Arc<Site> {
        self.driver.sites().by_id(*self.site.row.id).unwrap_or_else(|| Arc::clone(&self.site))
    }

    async fn catch_up(&mut self) -> StoreResult<(Option<VisitorChat>, Vec<VisitorNotice>)> {
        let mut tx = self.driver.store().read().await?;
        let mut notices = Vec::new();
        let latest = find_latest_chat(&mut tx, self.visitor).await?;
        self.chatless = latest.as_ref().is_none_or(|row| *row.state == ChatState::Ended);
        // An alert that the visitor knows nothing of takes nothing away from them, such as the chat before it that has ended.
        let row = match latest {
            Some(row) if is_hidden(&row) => find_latest_shown_chat(&mut tx, self.visitor).await?,
            latest => latest,
        };
        let chat = match &row {
            Some(row) => {
                let now = self.driver.clock().now();
                visitor_chat(&self.driver, &mut tx, &self.site_now(), row, &self.language, now).await?
            }
            None => None,
        };
        let Some(chat) = chat else {
            notices.extend(self.held.take().map(|held| VisitorNotice::Reset { chat: held.id }));
            return Ok((None, notices));
        };
        let after = match self.held {
            Some(held) if held.id == chat.id && held.after <= chat.last_seq => held.after,
            Some(held) => {
                notices.push(VisitorNotice::Reset { chat: held.id });
                0
            }
            None => 0,
        };
        let after = self.read_on(&mut tx, Held { id: chat.id, after }, &mut notices).await?;
        self.held = Some(Held { id: chat.id, after });
        self.holds_its_own = true;
        Ok((Some(chat), notices))
    }

    /// The messages of a chat of this visitor that were not sent yet; yields the number of the last.
    async fn read_on(
        &self,
        tx: &mut Tx,
        Held { id, after }: Held,
        notices: &mut Vec<VisitorNotice>,
    ) -> StoreResult<i64> {
        let now = self.driver.clock().now();
        let rows = list_messages(tx, id, after, EVERY_MESSAGE).await?;
        let last = rows.last().map_or(after, |row| row.seq);
        let shown = |row| ticketed(Message::for_visitor(row), &self.token, now);
        notices.extend(rows.into_iter().map(|row| message(id, shown(row))));
        Ok(last)
    }

    /// The browser has its own message with the acknowledgement: it is not read again when nothing came before it.
    fn acknowledge(&mut self, chat: ChatId, seq: i64) {
        if let Some(held) =
            self.held.as_mut().filter(|held| held.id == chat && held.after.checked_add(1) == Some(seq))
        {
            held.after = seq;
        }
    }
}

/// What is known of a visit from its first contact (T-2).
fn facts(site: &Site, hello: &VisitorHello, caller: &Caller) -> VisitFacts {
    let (url, referrer) =
        hello.pages.first().map_or(("", ""), |page| (page.url.as_str(), page.referrer.as_str()));
    VisitFacts {
        referrer: storable_referrer(
            referrer,
            &site.row.origins,
            &site.row.deny_paths,
            &site.row.allow_params,
        ),
        language: clean(&hello.language, TAG_LEN_MAX),
        time_zone: clean(&hello.time_zone, TAG_LEN_MAX),
        device: Text(device(&caller.user_agent)),
        browser: browser(&caller.user_agent).to_owned(),
        utm: Json(utm(url)),
    }
}

/// Nothing is lost: the browser comes again.
pub(super) fn try_later(error: &crate::store::StoreError) -> Closed {
    tracing::warn!(%error, "a visitor could not be admitted");
    Closed { code: close::RESUME, reason: "try again" }
}

fn message(chat: ChatId, message: Message) -> VisitorNotice {
    VisitorNotice::Message { chat, message }
}

fn try_again(id: String) -> VisitorNotice {
    let detail = "The message could not be stored. It is kept and sent again.".to_owned();
    VisitorNotice::Refused { id: Some(id), code: RefusalCode::Unavailable, detail }
}
