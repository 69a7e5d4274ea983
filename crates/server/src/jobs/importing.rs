//! Owns the work on imports: batch by batch, each committed with how far it has come, so that a restart goes on where it was (C-1).

use std::collections::BTreeSet;
use std::time::Duration;

use beckon_engine::id::CustomerId;
use csv::StringRecord;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::driver::customer::csv::{Table, read};
use crate::driver::customer::import::{laid_over, read_row};
use crate::store::audit::{AuditAction, AuditKind, AuditRow, AuditValues, insert_audit};
use crate::store::customer::{
    CustomField, find_custom_fields, find_customer_by_ref, insert_customer, update_customer,
};
use crate::store::customer_import::{
    ImportRow, ImportState, RowProblem, claim_import, delete_overdue_imports, find_import, find_import_body,
    find_import_waiting, update_import_checked, update_import_done, update_import_progress,
};
use crate::store::{Store, StoreResult, Tx};

const EVERY: Duration = Duration::from_millis(500);
/// Rows in one unit of work.
const BATCH: usize = 500;
/// A node that has not said anything for this long no longer works on it.
const LEASE_S: u32 = 30;
/// Rows that are not taken are named up to this number; all are counted.
const PROBLEMS_MAX: usize = 1_000;
/// A trial is forgotten after this time, a report after this one.
const CHECKED_KEPT_S: u32 = 24 * 3_600;
const DONE_KEPT_S: u32 = 30 * 24 * 3_600;

/// Works on imports until `stopping` is cancelled.
pub async fn run(store: Store, clock: Clock, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            worked = work(&store, &clock, &stopping) => match worked {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "an import could not be carried on"),
            },
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Works on one import as long as it is this node's. Yields false when there is none to work on.
async fn work(store: &Store, clock: &Clock, stopping: &CancellationToken) -> StoreResult<bool> {
    let now = clock.now();
    let mut tx = store.read().await?;
    let waiting = find_import_waiting(&mut tx, now).await?;
    drop(tx);
    if !waiting {
        return Ok(false);
    }
    let mut tx = store.write().await?;
    delete_overdue_imports(&mut tx, now).await?;
    let claimed = claim_import(&mut tx, now, now.plus_s(LEASE_S)).await?;
    tx.commit().await?;
    let Some(id) = claimed else { return Ok(false) };
    let mut tx = store.read().await?;
    let (Some(mut import), Some(body)) =
        (find_import(&mut tx, id).await?, find_import_body(&mut tx, id).await?)
    else {
        return Ok(true);
    };
    let fields = find_custom_fields(&mut tx, *import.site_id).await?;
    drop(tx);
    // What cannot be read was refused when it came.
    let Ok(table) = read(&body) else { return Ok(true) };
    let mut seen = refs_before(&table, &import, &fields);
    while import.rows_done < import.rows_total {
        if stopping.is_cancelled()
            || !take_batch(store, clock, &mut import, &table, &fields, &mut seen).await?
        {
            return Ok(true);
        }
    }
    finish(store, clock, &import).await?;
    Ok(true)
}

/// The references of the rows that were worked off before.
fn refs_before(table: &Table, import: &ImportRow, fields: &[CustomField]) -> BTreeSet<String> {
    let done = usize::try_from(import.rows_done).expect("rows are counted up from 0");
    let rows = table.rows.iter().take(done);
    rows.filter_map(|row| read_row(row, &import.columns, fields).ok()?.customer_ref).collect()
}

/// Works off one batch. Yields false when the import is no longer this node's, or was begun anew.
async fn take_batch(
    store: &Store,
    clock: &Clock,
    import: &mut ImportRow,
    table: &Table,
    fields: &[CustomField],
    seen: &mut BTreeSet<String>,
) -> StoreResult<bool> {
    let from = import.rows_done;
    let start = usize::try_from(from).expect("rows are counted up from 0");
    let mut tx = store.write().await?;
    for (at, row) in table.rows.iter().enumerate().skip(start).take(BATCH) {
        if let Err(why) = take_row(&mut tx, clock, import, row, fields, seen).await? {
            import.counts.refused += 1;
            if import.problems.len() < PROBLEMS_MAX {
                let row = i64::try_from(at).expect("a file has few rows") + 2;
                import.problems.0.push(RowProblem { row, why });
            }
        }
        import.rows_done += 1;
    }
    if !update_import_progress(&mut tx, import, from, clock.now().plus_s(LEASE_S)).await? {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

async fn take_row(
    tx: &mut Tx,
    clock: &Clock,
    import: &mut ImportRow,
    row: &StringRecord,
    fields: &[CustomField],
    seen: &mut BTreeSet<String>,
) -> StoreResult<Result<(), String>> {
    let details = match read_row(row, &import.columns, fields) {
        Ok(details) => details,
        Err(why) => return Ok(Err(why)),
    };
    let customer_ref = details.customer_ref.clone().unwrap_or_default();
    if !seen.insert(customer_ref.clone()) {
        return Ok(Err("Its customer reference stands in a row above.".to_owned()));
    }
    let takes = *import.state == ImportState::Running;
    let Some(known) = find_customer_by_ref(tx, *import.site_id, &customer_ref).await? else {
        if takes {
            let id = CustomerId(clock.new_id());
            insert_customer(tx, id, *import.site_id, &details, clock.now()).await?;
        }
        import.counts.created += 1;
        return Ok(Ok(()));
    };
    let after = laid_over(&known.details, &details);
    if after == known.details {
        import.counts.unchanged += 1;
        return Ok(Ok(()));
    }
    if takes {
        update_customer(tx, *known.id, &after, clock.now()).await?;
    }
    import.counts.updated += 1;
    Ok(Ok(()))
}

async fn finish(store: &Store, clock: &Clock, import: &ImportRow) -> StoreResult<()> {
    let now = clock.now();
    let mut tx = store.write().await?;
    match *import.state {
        ImportState::Checking => {
            update_import_checked(&mut tx, import, now.plus_s(CHECKED_KEPT_S)).await?;
        }
        ImportState::Running => {
            if update_import_done(&mut tx, *import.id, now, now.plus_s(DONE_KEPT_S)).await? {
                let counts = import.counts;
                let line = AuditRow {
                    via: import.via.clone(),
                    site_id: Some(import.site_id),
                    detail: format!("{} new, {} changed", counts.created, counts.updated),
                    ..AuditRow::new(
                        clock.new_id(),
                        now,
                        *import.user_id,
                        AuditAction::CustomersImported,
                        AuditKind::CustomerImport,
                        import.id.to_string(),
                    )
                };
                insert_audit(&mut tx, &line, &AuditValues::default()).await?;
            }
        }
        ImportState::Checked | ImportState::Done => {}
    }
    tx.commit().await
}
