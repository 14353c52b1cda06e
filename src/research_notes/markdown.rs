//! Markdown as HTML that can be put into a page.
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// What a note may become: text, lists, tables, quotations, code, and links that open nothing by themselves.
static SAFE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut safe = Builder::default();
    safe.rm_tags(["img", "map", "area"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(ammonia::UrlRelative::Deny);
    safe
});

/// Levels of lists, quotations and the like within each other that are kept. Making HTML safe takes as long as it is long
/// and deep.
const DEEPEST: usize = 32;
/// Tags of HTML in a note; where there are more it is left out, for it may be as deep.
const MOST_TAGS: usize = 1_000;

/// Renders CommonMark with tables and strikethrough. HTML in it is kept as far as it is harmless. A picture becomes a
/// link to it: nothing is loaded from anywhere because somebody reads a note.
pub fn html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let (mut depth, mut tags) = (0, 0);
    let events = Parser::new_ext(markdown, options).filter_map(|event| {
        match &event {
            Event::Start(_) => depth += 1,
            Event::Html(html) | Event::InlineHtml(html) => tags += html.matches('<').count(),
            _ => {}
        }
        let is_too_deep = depth > DEEPEST && matches!(event, Event::Start(_) | Event::End(_));
        let is_too_much = tags > MOST_TAGS && matches!(event, Event::Html(_) | Event::InlineHtml(_));
        if matches!(event, Event::End(_)) {
            depth -= 1;
        }
        (!is_too_deep && !is_too_much).then_some(event)
    });
    let events = events.map(|event| match event {
        Event::Start(Tag::Image { dest_url, title, id, .. }) => {
            Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, title, id })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        other => other,
    });
    let mut rendered = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut rendered, events);
    SAFE.clean(&rendered).to_string()
}

/// The words of a Markdown text on one line, without its marks, links' targets and HTML.
pub fn plain(markdown: &str) -> String {
    let mut words = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::Rule | Event::End(TagEnd::TableCell) => words.push(' '),
            Event::End(end) if is_block(end) => words.push(' '),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_block(end: TagEnd) -> bool {
    matches!(end, TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock | TagEnd::TableRow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmless_stays() {
        let html =
            html("# About *us*\n\n- [x](https://a.example/?a=1&b=2 \"t\")\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |");
        assert!(html.contains("<h1>About <em>us</em></h1>"), "{html}");
        let link = "<a href=\"https://a.example/?a=1&amp;b=2\" title=\"t\" rel=\"noopener noreferrer nofollow\">x</a>";
        assert!(html.contains(link), "{html}");
        assert!(html.contains("<td>1</td><td><del>2</del></td>"), "{html}");
    }

    #[test]
    fn plain_text_has_the_words_alone() {
        let text = "# About *us*\n\n- [three](https://a.example) sites\n- `two`\n  lines\n\n<b>bold</b> ![logo](x.png)";
        assert_eq!(plain(text), "About us three sites two lines bold logo");
    }

    #[test]
    fn what_acts_or_loads_goes() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![track](https://evil.example/pixel.png)",
            "[x](javascript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](/relative)",
            "<iframe src=https://evil.example></iframe>",
            "<a href=\"https://a.example\" onclick=\"x()\" style=\"color:red\" target=\"_top\">x</a>",
            "<style>body { display: none }</style>",
            "<form action=https://evil.example><input></form>",
            "<svg><script>alert(1)</script></svg>",
            "<math><mtext></p><style><img src onerror=alert(1)></style></mtext></math>",
            "<base href=https://evil.example>",
            "<link rel=stylesheet href=https://evil.example/x.css>",
        ] {
            let html = html(hostile).to_lowercase();
            for bad in ["<script", "onerror", "onclick", "javascript:", "data:", "<img", "<iframe", "style", "<form"] {
                assert!(!html.contains(bad), "{hostile} became {html}");
            }
            for bad in ["src=", "target", "<svg", "<base", "<link", "href=\"/"] {
                assert!(!html.contains(bad), "{hostile} became {html}");
            }
        }
        let picture = html("![track](https://evil.example/pixel.png)");
        assert!(picture.contains("<a href=\"https://evil.example/pixel.png\""), "{picture}");
    }

    #[test]
    fn what_is_deep_takes_no_time() {
        let began = std::time::Instant::now();
        for deep in
            [">".repeat(65_000), "- ".repeat(30_000), "<div>".repeat(13_000), "<b>x".repeat(16_000), "[".repeat(65_000)]
        {
            html(&deep);
            html(&format!("{deep} words"));
        }
        assert!(html(&format!("{} words", "> ".repeat(1_000))).contains("words"));
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }

    proptest::proptest! {
        #[test]
        fn nothing_gets_through(text in "(\\PC|<script>|<img src=x>|[\\[\\]()<>!*`|&\"'\n-]){0,60}") {
            let html = html(&text).to_lowercase();
            for bad in ["<script", "<img", "<iframe", "<style"] {
                proptest::prop_assert!(!html.contains(bad), "{}", html);
            }
        }
    }
}
