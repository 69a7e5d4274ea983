//! Owns a visitor's WebSocket: hello, then frames in and notices out until one side leaves.

use std::num::NonZeroU32;
use std::pin::pin;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use beckon_engine::event::Event;
use futures_util::FutureExt;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::{Instant, sleep_until};

use super::visitor_session::{Caller, VisitorSession, check, greet, try_later};
use super::wire::parse;
use super::wire::sorting::{Sorted, sort};
use super::wire::visitor::VisitorFrame;
use super::{Closed, GONE, HELLO_TIMEOUT, Live, Received, ask, close, receive, receive_any, send, small};
use crate::driver::command::{Attached, Connection, NotAttached, Observed, VisitorSignal};
use crate::driver::identity::{Identity, IdentityRefusal};
use crate::driver::notice::RefusalCode;
use crate::driver::notice::visitor::VisitorNotice;
use crate::driver::outbox::{Inbox, outbox};
use crate::http::client::Client;

/// Frames of one visitor a second, and at once.
const FRAMES_PER_S: NonZeroU32 = NonZeroU32::new(20).expect("20 is not 0");
const FRAMES_AT_ONCE: NonZeroU32 = NonZeroU32::new(100).expect("100 is not 0");
/// A heartbeat may be late by this much before the connection counts as dead.
const BEAT_SLACK: Duration = Duration::from_secs(5);

/// A visitor who was let in, and how this connection hears of them.
struct Entered {
    session: VisitorSession,
    signals: Inbox,
    connection: u64,
    welcome: Vec<VisitorNotice>,
}

pub(super) async fn upgrade(
    State(live): State<Live>,
    headers: HeaderMap,
    client: Client,
    upgrade: WebSocketUpgrade,
) -> Response {
    let caller = Caller::of(&headers, client);
    // What is needed only for entering, and for one frame, stands in boxes of its own: the future of a connection
    // lives as long as the visitor, and there are many.
    small(upgrade).on_upgrade(move |socket| {
        // A task of its own, so that the one of the upgrade ends and its memory is free.
        tokio::spawn(serve(live, caller, socket));
        std::future::ready(())
    })
}

async fn serve(live: Live, caller: Caller, mut socket: WebSocket) {
    let entered = Box::pin(enter(live.clone(), caller, &mut socket)).await;
    let closed = match entered {
        Ok(mut entered) => {
            let closed = converse(&mut socket, &mut entered).await.err().unwrap_or(GONE);
            Box::pin(live.driver.detach(entered.session.visitor, entered.connection)).await;
            closed
        }
        Err(closed) => closed,
    };
    Box::pin(super::close(socket, closed)).await;
}

async fn enter(live: Live, caller: Caller, socket: &mut WebSocket) -> Result<Entered, Closed> {
    let hello = tokio::time::timeout(HELLO_TIMEOUT, receive(socket)).await;
    let hello = hello.map_err(|_| Closed { code: close::NO_HELLO, reason: "no hello" })??;
    let Ok(VisitorFrame::Hello(hello)) = parse(&hello) else {
        return Err(Closed { code: close::BAD_FRAME, reason: "the first frame is a hello" });
    };
    let greeting = async {
        let site = check(&live.driver, &hello, &caller)?;
        greet(&live, site, &hello, &caller).await
    };
    let mut greeted = match greeting.await {
        Ok(greeted) => greeted,
        Err(closed) => {
            send(socket, &refusal_of(closed)).await?;
            return Err(closed);
        }
    };
    let visitor = greeted.visitor;
    let arrival = greeted.claim(&live.driver, &hello, &caller).await?;
    let (outbox, signals) = outbox();
    let connection = live.connection_id();
    let attached = match live.driver.attach(arrival, Connection { id: connection, outbox }).await {
        Ok(attached) => attached,
        Err(NotAttached::Stopping) => return Err(Closed { code: close::RESUME, reason: "stopping" }),
        Err(NotAttached::TooMany) => {
            let closed = Closed { code: close::TOO_MANY, reason: "a visitor has at most 16 connections" };
            send(socket, &refusal_of(closed)).await?;
            return Err(closed);
        }
    };
    let identity = greeted.identity.take();
    let mut session = greeted.into_session(live.driver.clone(), &attached);
    match begin(&mut session, identity, attached).await {
        Ok(welcome) => {
            live.driver.observe(visitor, Observed::Pages(hello.seen_pages())).await;
            Ok(Entered { session, signals, connection, welcome })
        }
        Err(closed) => {
            live.driver.detach(visitor, connection).await;
            Err(closed)
        }
    }
}

/// Who the visitor is comes before the welcome, which may show a form with what is known of them.
async fn begin(
    session: &mut VisitorSession,
    identity: Option<Result<Identity, IdentityRefusal>>,
    attached: Attached,
) -> Result<Vec<VisitorNotice>, Closed> {
    let told = match identity {
        Some(identity) => Some(session.introduce(identity).await?),
        None => None,
    };
    let mut welcome = session.welcome(attached.offer).await.map_err(|error| try_later(&error))?;
    welcome.extend(attached.unsent);
    welcome.extend(told);
    Ok(welcome)
}

async fn converse(socket: &mut WebSocket, entered: &mut Entered) -> Result<(), Closed> {
    Box::pin(send_all(socket, std::mem::take(&mut entered.welcome))).await?;
    let Entered { session, signals, .. } = entered;
    let limiter = RateLimiter::direct(Quota::per_second(FRAMES_PER_S).allow_burst(FRAMES_AT_ONCE));
    let mut beat = Beat::new(session.site.world.config.settings().poll_interval_s);
    // One for as long as the connection: it goes off when a beat might be late, and then looks whether one is.
    let mut alarm = pin!(sleep_until(beat.due()));
    loop {
        tokio::select! {
            received = receive_any(socket) => {
                beat.heard();
                if beat.due() < alarm.deadline() {
                    alarm.as_mut().reset(beat.due());
                }
                Box::pin(take_and_answer(socket, session, &limiter, received?)).await?;
            }
            () = alarm.as_mut() => {
                if beat.is_late() && beat.asked {
                    // What has come while this connection was busy counts.
                    let silent = Closed { code: close::RESUME, reason: "silent" };
                    let received = receive_any(socket).now_or_never().ok_or(silent)?;
                    beat.heard();
                    Box::pin(take_and_answer(socket, session, &limiter, received?)).await?;
                } else if beat.is_late() {
                    Box::pin(ask(socket)).await?;
                    beat.asked();
                }
                alarm.as_mut().reset(beat.due());
            }
            signal = signals.next() => {
                let signal = signal.ok_or(Closed { code: close::RESUME, reason: "too slow" })?;
                if let VisitorSignal::Notice(notice) = &signal
                    && let VisitorNotice::PollInterval { poll_interval_s } = **notice
                {
                    beat = Beat::new(poll_interval_s);
                    alarm.as_mut().reset(beat.due());
                }
                Box::pin(pass_on(socket, session, signal)).await?;
            }
        }
    }
}

/// When a browser was heard last. A page that cannot be seen is slowed down by its browser, and so are its heartbeats: one that is
/// late is asked, and the browser answers for the page (T-7).
struct Beat {
    poll_interval: Duration,
    /// When it was heard, or asked.
    since: Instant,
    asked: bool,
}

impl Beat {
    fn new(poll_interval_s: u32) -> Self {
        let poll_interval = Duration::from_secs(u64::from(poll_interval_s));
        Self { poll_interval, since: Instant::now(), asked: false }
    }

    fn heard(&mut self) {
        (self.since, self.asked) = (Instant::now(), false);
    }

    fn asked(&mut self) {
        (self.since, self.asked) = (Instant::now(), true);
    }

    fn is_late(&self) -> bool {
        self.due() <= Instant::now()
    }

    /// When it is asked, or, once it was, counts as dead: two Poll Intervals after it was heard, and what it may be late by.
    fn due(&self) -> Instant {
        self.since + if self.asked { self.poll_interval / 2 + BEAT_SLACK } else { 3 * self.poll_interval / 2 }
    }
}

async fn take_and_answer(
    socket: &mut WebSocket,
    session: &mut VisitorSession,
    limiter: &DefaultDirectRateLimiter,
    received: Received,
) -> Result<(), Closed> {
    if limiter.check().is_err() {
        return Err(Closed { code: close::TOO_MANY, reason: "too many frames" });
    }
    let frame = match received {
        Received::Text(frame) => frame,
        Received::Pong => {
            session.driver.observe(session.visitor, Observed::Told(Event::Heard)).await;
            return Ok(());
        }
    };
    let answers = take(session, &frame).await?;
    send_all(socket, answers).await
}

async fn pass_on(
    socket: &mut WebSocket,
    session: &mut VisitorSession,
    signal: VisitorSignal,
) -> Result<(), Closed> {
    let notices = answer(session, signal).await?;
    send_all(socket, notices).await
}

async fn take(session: &mut VisitorSession, frame: &str) -> Result<Vec<VisitorNotice>, Closed> {
    let sorted = parse::<VisitorFrame>(frame).and_then(|frame| sort(frame).map_err(str::to_owned));
    Ok(match sorted {
        Ok(Sorted::Track(observed)) => {
            session.driver.observe(session.visitor, observed).await;
            Vec::new()
        }
        Ok(Sorted::Chat(frame)) => session.handle(frame).await,
        Ok(Sorted::Identify(introduction)) => {
            let identity = session.driver.read_introduction(&session.site, &introduction).await;
            vec![session.introduce(identity.map_err(|error| try_later(&error))?).await?]
        }
        Ok(Sorted::Echo) => vec![VisitorNotice::Echo],
        Err(detail) => vec![VisitorNotice::Refused { id: None, code: RefusalCode::BadFrame, detail }],
    })
}

async fn answer(session: &mut VisitorSession, signal: VisitorSignal) -> Result<Vec<VisitorNotice>, Closed> {
    match signal {
        VisitorSignal::Notice(notice) => Ok(vec![*notice]),
        VisitorSignal::ChatChanged => session.chat_changed().await.map_err(|error| try_later(&error)),
        VisitorSignal::StylingChanged => Ok(vec![session.styling()]),
        VisitorSignal::MessageAdded(seq) => {
            session.messages_added(seq).await.map_err(|error| try_later(&error))
        }
        VisitorSignal::Leave => Err(Closed { code: close::RESUME, reason: "come again" }),
    }
}

async fn send_all(socket: &mut WebSocket, notices: Vec<VisitorNotice>) -> Result<(), Closed> {
    for notice in notices {
        send(socket, &notice).await?;
    }
    Ok(())
}

/// The frame that goes before a close, for whoever reads frames and not close codes.
pub(super) fn refusal_of(closed: Closed) -> VisitorNotice {
    let code = match closed.code {
        close::UNAUTHORIZED => RefusalCode::UnknownSite,
        close::FOREIGN_ORIGIN => RefusalCode::ForeignOrigin,
        close::BAD_FRAME => RefusalCode::BadFrame,
        close::TOO_MANY => RefusalCode::TooMany,
        _ => RefusalCode::Unavailable,
    };
    VisitorNotice::Refused { id: None, code, detail: closed.reason.to_owned() }
}
