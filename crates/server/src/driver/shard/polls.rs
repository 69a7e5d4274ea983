//! Owns what a shard does with a poll: whether the visit is here and nobody else's, and what the browser reported.

use beckon_engine::event::Event;
use beckon_engine::id::VisitorId;
use tokio::sync::oneshot;

use super::Shard;
use crate::driver::command::{Observed, PollReply, Seen};

impl Shard {
    pub(super) fn poll(
        &mut self,
        visitor: VisitorId,
        seen: Seen,
        observed: Vec<Observed>,
        reply: oneshot::Sender<PollReply>,
    ) {
        if let Err(not_taken) = self.receive(visitor, seen) {
            drop(reply.send(not_taken));
            return;
        }
        self.with(visitor, |host, now, mut write| {
            for observed in observed {
                host.observe(observed, now, &mut write);
            }
            host.feed(Event::Heard, now);
            host.polls.retain(|waiting| !waiting.is_closed());
            host.polls.push(reply);
        });
        self.tell_of_move(visitor);
    }

    /// Makes sure that the visit is here and nobody else's.
    fn receive(&mut self, visitor: VisitorId, seen: Seen) -> Result<(), PollReply> {
        let asked = match seen {
            Seen::Arrived(arrival) => {
                self.meet(*arrival);
                return Ok(());
            }
            Seen::Before => None,
            Seen::Now(held, look) => Some((held, look)),
        };
        self.end_if_over(visitor);
        let now = self.driver.clock().now();
        let Some(host) = self.hosts.get_mut(&visitor) else { return Err(PollReply::NotHere) };
        if let Some((_, look)) = asked.filter(|(held, _)| *held == host.held()) {
            host.unclaimed = look;
            return Ok(());
        }
        let is_sure = host.unclaimed.is_some_and(|look| self.driver.holds(visitor, look, now));
        if is_sure { Ok(()) } else { Err(PollReply::Unsure(host.held())) }
    }

    /// A visit whose time has run out does not take another poll: the visitor is admitted to a new one.
    fn end_if_over(&mut self, visitor: VisitorId) {
        let now = self.driver.clock().now();
        let is_over = self.hosts.get(&visitor).is_some_and(|host| {
            host.connections.is_empty() && host.state.engine.deadline().is_some_and(|due| due <= now)
        });
        if is_over {
            self.with(visitor, |host, now, _| host.feed(Event::DeadlineReached, now));
        }
        if self.hosts.get(&visitor).is_some_and(|host| host.state.engine.has_ended()) {
            self.forget(visitor);
        }
    }
}
