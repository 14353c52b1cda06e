//! From where a request comes, as a list of sessions shows it.
use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::access;
use crate::app::App;
use crate::error::{ApiError, ApiResult};

const USER_AGENT_CHARACTERS: usize = 400;

/// The client as it shows itself.
#[derive(Debug, Clone)]
pub struct Device {
    pub address: IpAddr,
    pub user_agent: Option<String>,
}

impl FromRequest for Device {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(app) = request.app_data::<Data<App>>() else {
            return ready(Err(ApiError::internal(&"the application is not in its own data")));
        };
        ready(Ok(Self::of(app, request)))
    }
}

impl Device {
    pub fn of(app: &App, request: &HttpRequest) -> Self {
        let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        // Only ASCII is read as text above.
        let user_agent = agent.map(|text| text[..text.len().min(USER_AGENT_CHARACTERS)].to_owned());
        Self { address: access::address(app, request).to_canonical(), user_agent }
    }
}
