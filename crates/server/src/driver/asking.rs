//! Owns offers by hand to a visit that another node holds (O-13): that node is asked by way of the database, presents as it does for
//! its own, and answers there. What can be asked for, and what refuses it, stands in `by_hand`.

use std::time::Duration;

use beckon_engine::id::PresentationId;
use beckon_engine::reason::Reason;
use tokio::time::Instant;
use uuid::Uuid;

use super::Driver;
use super::by_hand::{AtCap, HandRequest};
use super::notice::Named;
use crate::bus::Hint;
use crate::store::column::Text;
use crate::store::hand_request::{
    HandRequestRow, HandRequestState, delete_hand_request, find_hand_request, insert_hand_request,
    list_untaken_hand_requests, update_hand_request_answered, update_hand_request_taken,
};
use crate::store::soundness::find_time;
use crate::store::visit::{VisitRow, find_visit_node};
use crate::store::{StoreResult, Tx};

/// A node looks for what it is asked so often, though no hint came.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Who asks looks so often for the answer.
const ANSWER_LOOK: Duration = Duration::from_millis(100);
/// What nobody has taken after this time is withdrawn: the node that holds the visit has looked three times.
const TAKEN_WITHIN: Duration = Duration::from_secs(4);
/// What was taken and is not answered after this time is withdrawn: the database is away from that node, or it has died.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);

/// Carries out what other nodes ask of this one.
pub(super) async fn run(driver: Driver) {
    if !driver.bus().reaches_others() {
        return;
    }
    let stopping = driver.stopping().clone();
    loop {
        if let Err(error) = take_all(&driver).await {
            tracing::warn!(%error, "what other nodes ask could not be looked at");
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = driver.inner.asked.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

async fn take_all(driver: &Driver) -> StoreResult<()> {
    let mut tx = driver.store().read().await?;
    let since = time(driver, &mut tx).await? - i64::try_from(TAKEN_WITHIN.as_millis()).unwrap_or(i64::MAX);
    let asked = list_untaken_hand_requests(&mut tx, &driver.inner.node, since).await?;
    drop(tx);
    for row in asked {
        let live = driver.live_visit(*row.visitor_id).await;
        if live.is_some_and(|live| live.visit == *row.visit_id) && take(driver, *row.id).await? {
            tokio::spawn(carry_out(driver.clone(), row));
        }
    }
    Ok(())
}

async fn take(driver: &Driver, id: Uuid) -> StoreResult<bool> {
    let mut tx = driver.store().write().await?;
    let now = time(driver, &mut tx).await?;
    let taken = update_hand_request_taken(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// The answer that it was presented stands there with the presentation.
async fn carry_out(driver: Driver, row: HandRequestRow) {
    let (id, visitor) = (*row.id, *row.visitor_id);
    let Err(reason) = driver.present_here(visitor, HandRequest::from(row)).await else { return };
    if let Err(error) = refuse(&driver, id, reason).await {
        tracing::warn!(%error, "another node could not be told that an offer by hand is refused");
    }
}

async fn refuse(driver: &Driver, id: Uuid, reason: Reason) -> StoreResult<()> {
    let mut tx = driver.store().write().await?;
    update_hand_request_answered(&mut tx, id, Err(reason)).await?;
    tx.commit().await
}

/// The database's clock, as those of nodes may differ.
async fn time(driver: &Driver, tx: &mut Tx) -> StoreResult<i64> {
    Ok(find_time(tx).await?.unwrap_or_else(|| driver.clock().now().0))
}

impl Driver {
    /// Whether this node holds the visit, and no other has claimed it since.
    pub(super) async fn is_held_here(&self, visit: &VisitRow) -> StoreResult<bool> {
        let live = self.live_visit(*visit.visitor_id).await;
        if live.is_none_or(|live| live.visit != *visit.id) {
            return Ok(false);
        }
        let mut tx = self.store().read().await?;
        Ok(find_visit_node(&mut tx, *visit.id).await?.as_deref() == Some(&*self.inner.node))
    }

    /// Has the node that holds the visit present the offer, and waits until it is committed there. What is refused is not presented
    /// later.
    pub(super) async fn present_elsewhere(
        &self,
        visit: &VisitRow,
        request: HandRequest,
    ) -> StoreResult<Result<PresentationId, Reason>> {
        if !self.bus().reaches_others() || !self.is_on_site(visit, None, self.clock().now()) {
            return Ok(Err(Reason::VisitorAway));
        }
        let (driver, visit) = (self.clone(), visit.clone());
        // To the end, also when nobody waits for it any more, such as a browser that has gone.
        let asked = tokio::spawn(async move { driver.ask(&visit, request).await });
        asked.await.unwrap_or(Ok(Err(Reason::StoreRefused)))
    }

    async fn ask(
        &self,
        visit: &VisitRow,
        request: HandRequest,
    ) -> StoreResult<Result<PresentationId, Reason>> {
        let id = self.clock().new_id();
        let mut tx = self.store().write().await?;
        let row = row_of(id, visit, request, time(self, &mut tx).await?);
        insert_hand_request(&mut tx, &row).await?;
        let committed = tx.commit().await;
        self.bus().publish(Hint::OfferRequested { visit: *visit.id });
        self.await_answer(id).await;
        // What was stored although the answer to its commit was lost is taken back too, or has been presented.
        let answer = self.withdraw(id).await?;
        match committed {
            Err(error) if answer.is_err() => Err(error),
            Ok(()) | Err(_) => Ok(answer),
        }
    }

    async fn find_request(&self, id: Uuid) -> StoreResult<Option<HandRequestState>> {
        find_hand_request(&mut self.store().read().await?, id).await
    }

    /// Waits until the request is answered, or as long as that is worth.
    async fn await_answer(&self, id: Uuid) {
        let asked = Instant::now();
        loop {
            tokio::time::sleep(ANSWER_LOOK).await;
            let taken = match self.find_request(id).await {
                Ok(Some(state)) if state.answer().is_none() => state.taken_at.is_some(),
                Ok(_) => return,
                // What cannot be read is withdrawn all the same.
                Err(_) => false,
            };
            if asked.elapsed() >= if taken { ANSWERED_WITHIN } else { TAKEN_WITHIN } {
                return;
            }
        }
    }

    /// Takes the request back, and yields what has become of it by then.
    async fn withdraw(&self, id: Uuid) -> StoreResult<Result<PresentationId, Reason>> {
        let mut tx = self.store().write().await?;
        let state = delete_hand_request(&mut tx, id).await?;
        tx.commit().await?;
        Ok(state.map_or(Err(Reason::VisitorAway), answer_of))
    }
}

fn answer_of(state: HandRequestState) -> Result<PresentationId, Reason> {
    let open = if state.taken_at.is_some() { Reason::StoreRefused } else { Reason::VisitorAway };
    state.answer().unwrap_or(Err(open))
}

fn row_of(id: Uuid, visit: &VisitRow, request: HandRequest, asked_at: i64) -> HandRequestRow {
    HandRequestRow {
        id: Text(id),
        visit_id: visit.id,
        visitor_id: visit.visitor_id,
        offer_id: Text(request.offer),
        queue_id: Text(request.queue),
        over_caps: request.at_cap == AtCap::GoOver,
        by_user_id: Text(request.user.id),
        by_name: request.user.name,
        asked_at,
    }
}

impl From<HandRequestRow> for HandRequest {
    fn from(row: HandRequestRow) -> Self {
        Self {
            visit: *row.visit_id,
            user: Named { id: *row.by_user_id, name: row.by_name },
            offer: *row.offer_id,
            queue: *row.queue_id,
            at_cap: if row.over_caps { AtCap::GoOver } else { AtCap::Refuse },
            asked_as: Some(*row.id),
        }
    }
}
