//! How long after its due time an offer is on the wire, while nearly ten thousand visitors are on the site with a timer each: from when a
//! page has been shown for its Required Time until the frame with the offer has come, the commit in between.
//!
//! The floor is a timer wheel alone: a bare server over the same library that answers each page after the same time with a
//! frame, decides nothing and commits nothing. That is fair, because whoever waits for a time needs a timer and a socket, and
//! both are measured from the same place, through the same sockets. Pages are shown when they are due, whatever the others
//! wait for; each offer is rejected at once, which is a commit too.

use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::super::figure::Figure;
use super::super::rounds::{Spread, percentile};
use super::desk::Desk;
use super::floor::{Floor, LATER_S};
use super::guests::{Guest, guests, id_in, stay};
use super::served::Served;
use crate::shop::ORIGIN;

/// Offers that become due each second.
const DUE_PER_S: u32 = 200;
const P99_MS_MAX: f64 = 20.0;
/// Nobody waits for this one to the end.
const LONG_S: u32 = 3_600;

/// How much is measured.
struct Load {
    visitors: u32,
    rounds: usize,
    /// Visitors whose offer becomes due, in each round.
    due: u32,
}

/// One side of the comparison.
struct Side<'a> {
    served: &'a Served,
    crowd: Vec<Guest>,
}

/// Measures.
///
/// # Errors
/// When a server cannot be started, or an offer does not come.
pub(in crate::bench) fn measure(quick: bool) -> anyhow::Result<Vec<Figure>> {
    let load = if quick {
        Load { visitors: 2_000, rounds: 1, due: 400 }
    } else {
        // Both crowds are there at the same time: more would be more files than a process may have open.
        Load { visitors: 9_500, rounds: 3, due: 1_600 }
    };
    let beckon = Served::beckon()?;
    // Connecting everybody may take longer than a visitor may be silent.
    beckon.be_patient()?;
    beckon.timer_rule("/timer/", LONG_S)?;
    beckon.timer_rule("/soon/", LATER_S)?;
    let _desk = Desk::open(&beckon)?;
    let (bare, _) = Served::floor(Floor::Later)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let [own, floor] = runtime.block_on(async {
        let mut sides = [Side::enter(&beckon, &load).await?, Side::enter(&bare, &load).await?];
        let mut waits = [Vec::new(), Vec::new()];
        for _ in 0..load.rounds {
            // Both crowds say all the time that they are there, else one of them would be sent away meanwhile.
            let [own, floor] = &mut sides;
            waits[0].push(own.round(&load, floor).await?);
            waits[1].push(floor.round(&load, own).await?);
        }
        Ok::<_, anyhow::Error>(waits)
    })?;
    let of = |rounds: &[Vec<f64>], percent| {
        Spread::of(rounds.iter().map(|round| percentile(round.clone(), percent)).collect())
    };
    let name = |what| format!("due to offer on the wire, {} visitors, {DUE_PER_S} /s, {what}", load.visitors);
    Ok(vec![
        Figure::new(name("p50"), "ms", of(&own, 50)).above(of(&floor, 50)),
        Figure::new(name("p99"), "ms", of(&own, 99)).above(of(&floor, 99)).at_most(P99_MS_MAX),
    ])
}

impl<'a> Side<'a> {
    async fn enter(served: &'a Served, load: &Load) -> anyhow::Result<Self> {
        let mut crowd = guests(served, load.visitors).await?;
        for guest in &mut crowd {
            guest.send(page("/timer/1", 2)).await?;
        }
        Ok(Self { served, crowd })
    }

    /// In each round others are due, and all of them have a timer all the time: how long each waited.
    async fn round(&mut self, load: &Load, others: &mut Side<'_>) -> anyhow::Result<Vec<f64>> {
        let mut due: Vec<Guest> = self.crowd.drain(..load.due as usize).collect();
        let began = Instant::now() + Duration::from_millis(200);
        let served = self.served;
        let looking = due
            .iter_mut()
            .zip(0..)
            .map(|(guest, number)| look(served, guest, began + Duration::from_secs(1) * number / DUE_PER_S));
        let waits = tokio::select! {
            waits = try_join_all(looking) => waits?,
            ended = stay(&mut self.crowd) => match ended? {},
            ended = stay(&mut others.crowd) => match ended? {},
        };
        self.crowd.append(&mut due);
        Ok(waits)
    }
}

/// Milliseconds from when the offer was due until it came.
async fn look(served: &Served, guest: &mut Guest, at: Instant) -> anyhow::Result<f64> {
    sleep_until(at).await;
    let due = Instant::now() + Duration::from_secs(LATER_S.into());
    guest.send(page("/soon/1", 3)).await?;
    let offer = guest.next_of("offer").await?;
    let wait = due.elapsed().as_secs_f64() * 1e3;
    if served.shop.is_some() {
        let rejected = json!({ "type": "reject", "presentation": id_in(&offer, "offer")? });
        guest.send(rejected.to_string()).await?;
        guest.next_of("settled").await?;
    }
    Ok(wait)
}

fn page(path: &str, view: u32) -> String {
    json!({ "type": "page", "tab": 7, "view": view, "url": format!("{ORIGIN}{path}"), "title": "Shop", "referrer": "" })
        .to_string()
}
