//! Work that comes round: one instance of several does it, whoever moves the task's row forward.
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use actix_web::web::Data;
use chrono::Duration;
use futures_util::FutureExt;

use super::store;
use crate::app::App;
use crate::error::{ApiError, ApiResult};

/// Something to do every so often.
pub struct Task {
    pub name: &'static str,
    pub every: Duration,
    /// Does it, and says how many things it handled.
    pub run: fn(Data<App>) -> Turn,
}

/// One turn of a task.
pub type Turn = Pin<Box<dyn Future<Output = ApiResult<usize>>>>;

/// Does what is due. A task that fails says so in the log and is tried again in its next turn.
pub async fn run_due(app: &Data<App>, tasks: &[Task]) -> ApiResult<()> {
    for task in tasks {
        let mine = app.db.single(async |conn| store::take_turn(conn, task.name, app.now(), task.every).await).await?;
        if !mine {
            continue;
        }
        let turn = AssertUnwindSafe((task.run)(app.clone())).catch_unwind().await;
        match turn.unwrap_or_else(|_| Err(ApiError::internal(&"it panicked"))) {
            Ok(0) => {}
            Ok(count) => tracing::info!(task = task.name, count, "the periodic task {} handled {count}", task.name),
            Err(error) => error.tell(&format!("the periodic task {} failed", task.name)),
        }
    }
    Ok(())
}
