//! Pages that the service draws: templates that escape what they are given, and what browsers may do with them.
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, UndefinedBehavior};
use serde::Serialize;

use crate::auth::sha256;
use crate::error::{ApiError, ApiResult};

/// A page with a style sheet of its own, compiled once.
pub struct Page {
    engine: Result<Environment<'static>, Error>,
    /// Its `Content-Security-Policy`.
    policy: String,
}

/// By this name values are escaped as HTML.
const NAME: &str = "page.html";

impl Page {
    /// Nothing may be loaded, from nowhere; of styles only this sheet works, which the template has to write as it is.
    /// `also` says what else the page may do, as the policy has it.
    pub fn new(template: &'static str, style: &str, also: &str) -> Self {
        let hash = BASE64.encode(sha256(style.as_bytes()));
        let policy =
            format!("default-src 'none'; style-src 'sha256-{hash}'; {also}; base-uri 'none'; frame-ancestors 'none'");
        Self { engine: compile(template), policy }
    }

    pub fn policy(&self) -> &str {
        &self.policy
    }

    pub fn render(&self, view: impl Serialize) -> ApiResult<String> {
        let engine = self.engine.as_ref().map_err(|error| ApiError::internal(error))?;
        let page = engine.get_template(NAME).and_then(|template| template.render(Serde(view)));
        page.map_err(|error| ApiError::internal(&error))
    }
}

fn compile(template: &'static str) -> Result<Environment<'static>, Error> {
    let mut engine = Environment::new();
    engine.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.add_template(NAME, template)?;
    Ok(engine)
}
