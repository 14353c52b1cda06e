//! A message for the seeker's own mail program, or for whatever takes plain text.
use actix_web::get;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::delivery::routes::sender;
use super::delivery::{Sender, ancestors};
use super::model::{MessageId, MessageRow};
use super::service::{refuse_unwanted, there};
use super::store;
use super::words::{MessageChannel, MessageDirection};
use crate::app::App;
use crate::auth::{Access, MessagesRead};
use crate::changes::Tx;
use crate::contacts::{self, ContactRow};
use crate::error::{ApiError, ApiResult, Code};
use crate::http::params::NoParams;
use crate::http::{Answer, Id};
use crate::mail::letter::{self, Letter};

/// A link that opens a mail program.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageLink {
    /// `mailto:` (RFC 6068). Some programs cut links that are longer than 2,000 characters.
    #[schema(format = "uri", example = "mailto:ada@engines.example?subject=Computing%3F&body=Dear%20Ada%2C")]
    pub mailto: String,
}

/// A message as plain text
///
/// To copy it into LinkedIn, or to read it from on the phone.
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Its text", body = String, content_type = "text/plain"),
    (status = 409, description = "`do_not_contact` or `contact_in_trash`"),
))]
#[get("/messages/{id}/text")]
pub async fn read_message_text(
    app: Data<App>,
    access: Access<MessagesRead>,
    Id(id): Id<MessageId>,
    _none: NoParams,
) -> ApiResult<Answer<String>> {
    let (row, _) = app.write(&access, async |tx| leaving(tx, id).await).await?;
    Ok(Answer::rendered("text/plain; charset=utf-8", row.body))
}

/// A link that opens a message in a mail program
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The link", body = MessageLink),
    (status = 409, description = "`not_an_email`, `do_not_contact` or `contact_in_trash`"),
))]
#[get("/messages/{id}/mailto")]
pub async fn read_message_link(
    app: Data<App>,
    access: Access<MessagesRead>,
    Id(id): Id<MessageId>,
    _none: NoParams,
) -> ApiResult<Answer<MessageLink>> {
    let (row, address, references) = app.write(&access, async |tx| email(tx, id).await.map(drop_contact)).await?;
    let answered = references.last().filter(|_| row.in_reply_to_id.is_some()).map(|id| format!("<{id}>"));
    let mut fields = vec![("subject", row.subject.as_deref().unwrap_or_default()), ("body", row.body.as_str())];
    fields.extend(answered.as_deref().map(|id| ("In-Reply-To", id)));
    Answer::ok(&MessageLink { mailto: letter::mailto(&address, &fields) })
}

/// A message as a file for a mail program
///
/// RFC 5322, from your own address. A message that is not out yet opens for editing (`X-Unsent`).
#[utoipa::path(tag = "messages", security(("bearer" = ["messages:read"])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The `.eml` file", body = String, content_type = "message/rfc822"),
    (status = 409, description = "`not_an_email`, `do_not_contact` or `contact_in_trash`"),
))]
#[get("/messages/{id}/eml")]
pub async fn read_message_file(
    app: Data<App>,
    access: Access<MessagesRead>,
    Id(id): Id<MessageId>,
    _none: NoParams,
) -> ApiResult<Answer<String>> {
    let sender = sender(&app, &access).await?;
    let email = app.write(&access, async |tx| email(tx, id).await).await?;
    let letter = own_letter(email, &sender, &app).map_err(|error| ApiError::internal(&error))?;
    let mail = letter.message().map_err(|error| ApiError::internal(&error))?.formatted();
    let mail = String::from_utf8(mail).map_err(|error| ApiError::internal(&error))?;
    let name = format!("attachment; filename=\"message-{id}.eml\"");
    Answer::rendered("message/rfc822", mail).header(CONTENT_DISPOSITION, &name)
}

struct Email {
    row: MessageRow,
    contact: ContactRow,
    address: String,
    /// The `Message-ID`s of the conversation so far, the oldest first.
    references: Vec<String>,
}

fn drop_contact(email: Email) -> (MessageRow, String, Vec<String>) {
    (email.row, email.address, email.references)
}

fn own_letter(email: Email, sender: &Sender, app: &App) -> Result<Letter, String> {
    let Email { row, contact, address, references } = email;
    let host = super::routes::host(app);
    Ok(Letter {
        from: letter::mailbox(Some(&sender.name), &sender.address)?,
        reply_to: None,
        to: letter::mailbox(contact.name().as_deref(), &address)?,
        subject: row.subject.unwrap_or_default(),
        text: row.body,
        date: row.sent_at.unwrap_or(row.updated_at),
        message_id: row.rfc_message_id.unwrap_or_else(|| format!("{}@{host}", row.id)),
        in_reply_to: references.last().cloned().filter(|_| row.in_reply_to_id.is_some()),
        references,
        unsubscribe: None,
        unsent: row.state.is_open(),
    })
}

/// A message of the seeker's that may go to whom it is for.
async fn leaving(tx: &mut Tx<'_>, id: MessageId) -> ApiResult<(MessageRow, ContactRow)> {
    let row = store::find(tx.conn, tx.workspace, id).await?;
    let contact = there(contacts::find(tx.conn, tx.workspace, row.contact_id).await?)?;
    if row.direction == MessageDirection::Outgoing {
        refuse_unwanted(tx, &contact, &row).await?;
    }
    Ok((row, contact))
}

async fn email(tx: &mut Tx<'_>, id: MessageId) -> ApiResult<Email> {
    let (row, contact) = leaving(tx, id).await?;
    let outgoing = row.direction == MessageDirection::Outgoing && row.channel == MessageChannel::Email;
    let Some(address) = row.address.clone().filter(|_| outgoing) else {
        let detail = "only an e-mail of the seeker's that has an address can be handed to a mail program";
        return Err(ApiError::new(Code::NotAnEmail, detail));
    };
    let references = ancestors(tx.conn, tx.workspace, id).await?;
    Ok(Email { row, contact, address, references })
}
