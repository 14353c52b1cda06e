//! What a client says of a file beside sending it: by parameters, or by the words of a form.

use encoding_rs::Encoding;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::formats::{Hints, Owner};
use super::linkedin::Profile;
use super::mappings::{self, Mapping, MappingId, MappingInput};
use super::model::ImportKind;
use super::value::DateOrder;
use crate::app::App;
use crate::auth::{Access, Scope, users};
use crate::error::{ApiError, ApiResult, Code, Fault};
use crate::fields;
use crate::http::upload::Upload;

/// What a body may be besides a form.
pub const RAW: [&str; 9] = [
    "text/csv",
    "text/tab-separated-values",
    "text/vcard",
    "text/x-vcard",
    "text/directory",
    "text/plain",
    "application/zip",
    "application/x-zip-compressed",
    "application/octet-stream",
];

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct FileParams {
    /// What the file is; recognised by its content, unless said.
    #[param(inline)]
    pub kind: Option<ImportKind>,
    /// A name of the WHATWG standard such as `windows-1252`; recognised, unless said.
    #[param(min_length = 1, max_length = 40, format = "encoding")]
    pub encoding: Option<String>,
    /// Of a table: comma, semicolon, tab or bar; recognised, unless said.
    #[param(max_length = 1, pattern = r"^[,;\t|]$")]
    pub delimiter: Option<String>,
    /// Of dates in figures; recognised, unless said.
    #[param(inline)]
    pub date_order: Option<DateOrder>,
    /// A saved mapping, for a table that is none of the known formats.
    #[param(value_type = Option<Uuid>)]
    pub mapping_id: Option<MappingId>,
    /// Of LinkedIn messages: the address of the member's own profile; recognised, unless said.
    #[param(min_length = 1, max_length = 2048)]
    pub owner: Option<String>,
}

impl FileParams {
    /// The names of those that are there.
    fn given(&self) -> Vec<&'static str> {
        let Self { kind, encoding, delimiter, date_order, mapping_id, owner } = self;
        let all = [
            ("kind", kind.is_some()),
            ("encoding", encoding.is_some()),
            ("delimiter", delimiter.is_some()),
            ("date_order", date_order.is_some()),
            ("mapping_id", mapping_id.is_some()),
            ("owner", owner.is_some()),
        ];
        all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
    }
}

/// A file as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the document's shape of the form; the stream is read by hand")]
pub struct ImportForm {
    #[schema(value_type = String, format = "binary")]
    file: Vec<u8>,
    kind: Option<ImportKind>,
    #[schema(max_length = 40)]
    encoding: Option<String>,
    #[schema(max_length = 1)]
    delimiter: Option<String>,
    date_order: Option<DateOrder>,
    mapping_id: Option<Uuid>,
    #[schema(max_length = 2048)]
    owner: Option<String>,
    /// A mapping as JSON, when it is not saved.
    mapping: Option<MappingInput>,
    dry_run: Option<bool>,
}

/// All that is said of a file.
#[derive(Debug, Default)]
pub struct Said {
    pub params: FileParams,
    /// What of it the query says.
    asked: Vec<&'static str>,
    pub mapping: Option<MappingInput>,
    pub dry_run: Option<bool>,
}

/// The form's own words, which the query may say as well, if it says the same.
pub fn words(upload: &Upload, params: FileParams, dry_run: Option<bool>) -> ApiResult<Said> {
    let mut said = Said { asked: params.given(), params, mapping: None, dry_run };
    let mut faults = Vec::new();
    for (name, value) in &upload.words {
        let known = match name.as_str() {
            "kind" => read(&mut said.params.kind, value),
            "date_order" => read(&mut said.params.date_order, value),
            "encoding" => read(&mut said.params.encoding, value),
            "delimiter" => read(&mut said.params.delimiter, value),
            "mapping_id" => read(&mut said.params.mapping_id, value),
            "owner" => read(&mut said.params.owner, value),
            "dry_run" => settle(&mut said.dry_run, value.parse().ok(), value),
            "mapping" => serde_json::from_str(value)
                .map(|mapping| said.mapping = Some(mapping))
                .map_err(|error| ("invalid", error.to_string())),
            _ => Err(("unknown_field", "is not a known field".to_owned())),
        };
        faults.extend(known.err().map(|(code, detail)| Fault::field(format!("/{name}"), code, detail)));
    }
    ApiError::check(faults)?;
    if let Some(mapping) = said.mapping.take() {
        said.mapping = Some(mapping.check().map_err(below_mapping)?);
    }
    Ok(said)
}

fn read<T: DeserializeOwned + PartialEq>(word: &mut Option<T>, value: &str) -> Result<(), (&'static str, String)> {
    settle(word, serde_json::from_value(fields::store(&value)).ok(), value)
}

/// Of two that differ, neither counts: a rehearsal must not come true because a form says so.
fn settle<T: PartialEq>(word: &mut Option<T>, read: Option<T>, value: &str) -> Result<(), (&'static str, String)> {
    let Some(read) = read else { return Err(("not_allowed", format!("`{value}` is not one of its values"))) };
    if word.as_ref().is_some_and(|before| *before != read) {
        return Err(("contradiction", format!("is `{value}` here, and was said to be something else")));
    }
    word.get_or_insert(read);
    Ok(())
}

fn below_mapping(error: ApiError) -> ApiError {
    let faults = error.errors.into_iter().map(|fault| fault.below("/mapping")).collect();
    ApiError::faults(Code::InvalidFields, "field", faults)
}

/// What the query says goes before what the form does.
fn told(faults: Vec<Fault>) -> ApiError {
    let (asked, written): (Vec<Fault>, Vec<Fault>) = faults.into_iter().partition(|fault| fault.parameter.is_some());
    match asked.is_empty() {
        true => ApiError::faults(Code::InvalidFields, "field", written),
        false => ApiError::faults(Code::InvalidParameter, "parameter", asked),
    }
}

impl Said {
    /// What the file is held against: the saved mapping is looked up, and what is said outright goes before it.
    pub async fn hints<S: Scope>(self, app: &App, access: &Access<S>) -> ApiResult<Hints> {
        let workspace = access.workspace;
        let asked = self.asked;
        let fault = |name: &'static str, code, detail| match asked.contains(&name) {
            true => Fault::parameter(name, code, detail),
            false => Fault::field(format!("/{name}"), code, detail),
        };
        let FileParams { kind, encoding, delimiter, date_order, mapping_id, owner } = self.params;
        let mut mapping = self.mapping;
        if let Some(id) = mapping_id {
            let found = app.db.read(workspace, async |conn| mappings::find(conn, workspace, id).await).await;
            let row = found.map_err(|error| match error.code {
                Code::NotFound => told(vec![fault("mapping_id", "not_found", "is not a mapping of this workspace")]),
                _ => error,
            })?;
            mapping = mapping.or_else(|| Some(Mapping::from(row).into()));
        }
        let mut faults = Vec::new();
        let named = encoding.as_deref().map(|label| Encoding::for_label(label.as_bytes()));
        if named == Some(None) {
            faults.push(fault("encoding", "not_allowed", "is no encoding that is known here"));
        }
        let stated = delimiter.as_deref().and_then(|text| text.bytes().next());
        if stated.is_some_and(|delimiter| !super::table::DELIMITERS.contains(&delimiter)) {
            faults.push(fault("delimiter", "not_allowed", "must be a comma, a semicolon, a tab or a bar"));
        }
        if mapping.is_some() && !matches!(kind, None | Some(ImportKind::Csv)) {
            faults.push(fault("kind", "not_allowed", "a mapping is for files of the kind `csv`"));
        }
        let profile = owner.as_deref().map(Profile::parse);
        if profile == Some(None) {
            faults.push(fault("owner", "invalid", "is not the address of a LinkedIn profile"));
        }
        if !faults.is_empty() {
            return Err(told(faults));
        }
        let account = app.db.lookup(async |conn| users::find(conn, access.user).await).await?;
        let of_mapping = mapping.as_ref();
        Ok(Hints {
            kind: if mapping.is_some() { Some(ImportKind::Csv) } else { kind },
            encoding: named.flatten().or_else(|| of_mapping.and_then(MappingInput::encoding)),
            delimiter: stated.or_else(|| of_mapping.and_then(MappingInput::delimiter)),
            date_order: date_order.or_else(|| of_mapping.and_then(|mapping| mapping.date_order)),
            mapping,
            unmapped: false,
            owner: Owner { slug: profile.flatten().map(|profile| profile.slug), name: account.name },
        })
    }
}

impl Hints {
    /// What tells one request from another beside the file.
    pub fn fingerprint(&self) -> Vec<u8> {
        let kind = self.kind.map(ImportKind::name);
        let encoding = self.encoding.map(Encoding::name);
        fields::store(&(kind, encoding, self.delimiter, self.date_order, &self.mapping, &self.owner.slug))
            .to_string()
            .into_bytes()
    }
}
