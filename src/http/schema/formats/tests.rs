use super::*;

fn all(check: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!(check(text), "refused {text:?}");
    }
    for text in bad {
        assert!(!check(text), "accepted {text:?}");
    }
}

#[test]
fn addresses() {
    let long = format!("{}@example.org", "a".repeat(65));
    let wide = format!("a@{}example.org", "b.".repeat(130));
    all(
        email,
        &["ada@example.org", "a.b+c@x-y.example", "jürgen@münchen.example", "o'neil@example.co.uk", "a@परीक्षा.com"],
        &[
            "",
            "ada",
            "@x.org",
            "a@",
            "a@b@c.org",
            "a b@x.org",
            "a@x .org",
            ".a@x.org",
            "a..b@x.org",
            "a@x",
            "a@-x.org",
            "a@x..org",
            "a@1.2.3.4",
            "a@[1.2.3.4]",
            "a@x.org\n",
            "a\r\n@x.org",
            "<a@x.org>",
            "a@x%2eorg.de",
            &long,
            &wide,
            "a@x.org.",
        ],
    );
    all(
        http_url,
        &["https://example.org", "http://münchen.example:8080/a?b#c", "HTTPS://example.org/", "http://[::1]/"],
        &[
            "example.org",
            "https:example.org",
            "https:///example.org",
            "ftp://example.org",
            "javascript:alert(1)",
            "https://a:b@example.org",
            "https://example.org\\@evil.org",
            " https://example.org",
            "https://exa\nmple.org",
            "https://",
            "",
        ],
    );
    all(
        uri,
        &["mailto:a@x.org", "tel:+43123", "urn:isbn:1", "https://x.org"],
        &["javascript:x", "data:,x", "a", "tel:"],
    );
}

#[test]
fn times() {
    all(
        date,
        &["2026-03-31", "0001-01-01"],
        &["2026-02-30", "2026-3-1", "0000-01-01", "+2026-03-1", "2026-03-31T", "２026-03-3"],
    );
    all(
        date_time,
        &["2026-03-31T09:30:00Z", "2026-03-31T09:30:00.123456+02:00"],
        &["2026-03-31T09:30:00", "2026-03-31 09:30:00Z", "2026-03-31T25:00:00Z", "2026-03-31", "0000-01-01T00:00:00Z"],
    );
    all(time_zone, &["Europe/Vienna", "UTC"], &["Europe/Atlantis", "+02:00", ""]);
}

#[test]
fn codes() {
    all(
        uuid,
        &["01890a5d-ac96-774b-bcce-b302099a8057"],
        &["01890a5dac96774bbcceb302099a8057", "{01890a5d-ac96-774b-bcce-b302099a80}"],
    );
    all(country, &["AT", "ZW", "AD"], &["at", "XX", "UK", "AUT", ""]);
    all(currency, &["EUR", "AED", "ZWG"], &["eur", "XXX", "EU"]);
    all(
        language,
        &[
            "de",
            "de-AT",
            "zh-Hant-TW",
            "es-419",
            "sl-rozaj-biske",
            "de-CH-1996",
            "en-a-bbb-x-a",
            "x-whatever",
            "zh-yue-HK",
        ],
        &["", "d", "de_AT", "de-", "-de", "de-AT-AT", "en-a", "x", "de-x", "deutschland", "en-é", "de-x-"],
    );
    all(no_control, &["a\n\tb", "é"], &["a\r", "\u{7f}", "\u{1b}[0m", "\u{85}"]);
    all(one_line, &["é", "a b"], &["a\nb", "a\tb", "a\r", "\u{7f}", "\u{1b}[0m", "\u{85}", "a\u{2028}b"]);
    all(multi_line, &["a\n\tb", "a\r\nb\r"], &["\u{7f}", "\u{1b}[0m", "\u{85}"]);
    assert!(iso::COUNTRIES.is_sorted() && iso::CURRENCIES.is_sorted());
    assert_eq!(iso::COUNTRIES.len(), 249);
}
