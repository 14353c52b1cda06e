//! What of a company is searched.
use super::model::{Company, CompanyInput, CompanyRow};
use crate::db::full_text::Vector;
use crate::search::{self, Found, Place, Text};

/// All texts that `GET /v1/search` looks into.
pub fn texts(company: &CompanyInput) -> Vec<Text<'_>> {
    let mut texts = vec![Text::new(Place::Name, "/name", company.name.as_str())];
    texts.extend(Text::list(Place::Heading, "industries", &company.industries));
    texts.extend(Text::list(Place::Rest, "tags", &company.tags));
    let fields = [
        ("/website", &company.website),
        ("/location", &company.location),
        ("/description", &company.description),
        ("/notes", &company.notes),
    ];
    let filled = fields.into_iter().filter_map(|(pointer, text)| Some((pointer, text.as_deref()?)));
    texts.extend(filled.map(|(pointer, text)| Text::new(Place::Rest, pointer, text)));
    texts.extend(Text::custom_fields(&company.custom_fields));
    texts
}

/// What the row's column `search_words` has.
pub fn words(row: &CompanyRow) -> Vector {
    search::vector(row.workspace_id, texts(&Company::from(row.clone()).into()))
}

impl From<Company> for Found {
    fn from(company: Company) -> Self {
        let (id, title) = (company.id, company.name.clone());
        let input = CompanyInput::from(company);
        let subtitle =
            Some(input.industries.join(", ")).filter(|text| !text.is_empty()).or_else(|| input.location.clone());
        let texts = texts(&input).into_iter().map(Text::into_owned).collect();
        Self { id: id.into(), url: format!("/v1/companies/{id}"), title, subtitle, texts }
    }
}
