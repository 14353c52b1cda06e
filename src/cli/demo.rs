//! `inroad serve --demo`.
use actix_web::web::Data;

use super::CliResult;
use crate::app::App;

pub async fn fill(_app: &Data<App>) -> CliResult<String> {
    Ok("Demo".to_owned())
}
