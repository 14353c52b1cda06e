//! What exports and their way back ask of the database itself.
use diesel_async::SimpleAsyncConnection;

use crate::db::Conn;
use crate::error::ApiResult;

/// All that this transaction reads is of one moment. To be called before it has read anything.
pub async fn freeze(conn: &mut Conn) -> ApiResult<()> {
    Ok(conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
}
