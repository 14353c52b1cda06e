//! A sheet as a page to print, and as Markdown.
use std::fmt::Write;
use std::sync::LazyLock;

use serde::Serialize;

use super::sheet::{Line, Sheet};
use crate::error::ApiResult;
use crate::http::html::Page;

const STYLE: &str = include_str!("page.css");

static PAGE: LazyLock<Page> = LazyLock::new(|| Page::new(include_str!("page.html"), STYLE, "form-action 'none'"));

#[derive(Serialize)]
struct View<'a> {
    css: &'static str,
    sheet: &'a Sheet,
}

/// What browsers may do with the page.
pub fn policy() -> &'static str {
    PAGE.policy()
}

pub fn html(sheet: &Sheet) -> ApiResult<String> {
    PAGE.render(View { css: STYLE, sheet })
}

pub fn markdown(sheet: &Sheet) -> String {
    let mut text = format!("# {}\n\n{}\n", escaped(&sheet.title), escaped(&sheet.lead));
    for section in &sheet.sections {
        let _ = write!(text, "\n## {}\n\n", escaped(&section.title));
        for line in &section.lines {
            let _ = writeln!(text, "{}", item(line));
        }
        if section.more > 0 {
            let of =
                if section.more_of.is_empty() { String::new() } else { format!(" ({})", escaped(&section.more_of)) };
            let _ = writeln!(text, "- … and {} more{of}", section.more);
        }
    }
    text
}

fn item(line: &Line) -> String {
    let mut item = if line.inner { "  - ".to_owned() } else { "- ".to_owned() };
    if let Some(label) = &line.label {
        let _ = write!(item, "**{}**", inline(label));
        if !line.text.is_empty() {
            let _ = write!(item, ": {}", inline(&line.text));
        }
    } else {
        item.push_str(&escaped(&line.text));
    }
    if let Some(url) = &line.url {
        let _ = write!(item, " <{}>", url.replace('<', "%3C").replace('>', "%3E").replace(' ', "%20"));
    }
    item
}

/// Text that Markdown shows as it is, at the beginning of a line as well.
fn escaped(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let at = match text.chars().next() {
        Some('#' | '+' | '-' | '=') => 0,
        _ if digits > 0 && text[digits..].starts_with(['.', ')']) => digits,
        _ => return inline(text),
    };
    format!("{}\\{}", &text[..at], inline(&text[at..]))
}

/// Text that Markdown shows as it is, within a line.
fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Section;
    use super::*;

    fn sheet(text: &str) -> Sheet {
        let line = Line { label: Some("La*bel".to_owned()), text: text.to_owned(), ..Line::default() };
        let sections =
            vec![Section { title: "Who".to_owned(), lines: vec![line], more: 2, more_of: "News: 2".to_owned() }];
        Sheet { title: "T".to_owned(), lead: "L".to_owned(), sections }
    }

    #[test]
    fn markdown_shows_text_as_it_is() {
        let text = markdown(&sheet("1. <b>*x*</b> [a](b) _c_ &amp;"));
        let line = "- **La\\*bel**: 1. \\<b\\>\\*x\\*\\</b\\> \\[a\\](b) \\_c\\_ \\&amp;";
        assert_eq!(text, format!("# T\n\nL\n\n## Who\n\n{line}\n- … and 2 more (News: 2)\n"));
        assert_eq!(
            (escaped("1. a").as_str(), escaped("+1 b").as_str(), escaped("12 c").as_str()),
            ("1\\. a", "\\+1 b", "12 c")
        );
        assert_eq!(crate::research_notes::plain("1\\. \\<b\\>\\*x\\* \\&amp;"), "1. <b>*x* &amp;");
    }

    #[test]
    fn html_escapes_what_it_is_given() {
        let page = html(&sheet("<script>alert(1)</script>")).expect("a page");
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    }
}
