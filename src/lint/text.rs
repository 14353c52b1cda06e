//! A text as the rules read it: words with their places, in sentences and clauses, quoted or not. One pass, in time
//! that grows with the text alone.

/// How many words the rules look at. Nobody reads a first message of this length: what is beyond is only counted.
pub const WORDS_READ: usize = 2_000;

/// A word, a number or an address in the text.
#[derive(Debug, Clone)]
pub struct Word {
    /// In lower case, accents taken off Latin letters, apostrophes straight.
    pub text: String,
    /// Byte offsets into the text.
    pub start: usize,
    pub end: usize,
    /// Counted from 0: words of one sentence have one number.
    pub sentence: u32,
    /// As `sentence`, and also parted by semicolons, colons, dashes, parentheses and words such as "but".
    pub clause: u32,
    /// Somebody else's words: between quotation marks, or in lines that begin with `>`.
    pub quoted: bool,
    /// All its letters are capitals, and there are two at least.
    pub capitals: bool,
    /// It begins with a capital.
    pub capital: bool,
    /// A comma stands before it.
    pub after_comma: bool,
    pub link: bool,
}

/// A text, read.
#[derive(Debug, Default)]
pub struct Text {
    pub words: Vec<Word>,
    /// Words of the whole text, beyond what the rules read, too.
    pub word_count: usize,
    /// Unicode scalar values.
    pub characters: usize,
    /// Byte offsets of runs of exclamation and question marks, two at least with one `!` among them.
    pub outcries: Vec<(usize, usize)>,
    /// How many `!` there are.
    pub exclamations: usize,
    /// Lines with anything on them: byte offsets without surrounding space.
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub start: usize,
    pub end: usize,
    pub quoted: bool,
}

/// What parts clauses as a full stop parts sentences.
const TURNS: [&str; 4] = ["but", "however", "though", "although"];

/// How the reader stands while it goes through a text.
#[derive(Default)]
struct State {
    sentence: u32,
    clause: u32,
    /// The quotation mark that is awaited, and after how many bytes it is given up.
    quote: Option<(char, usize)>,
    /// How many marks were looked at for a quotation that might begin there.
    quotes_tried: usize,
    quoted_line: bool,
    comma: bool,
}

/// More marks that may begin a quotation are not looked at: each is looked after for its closing one.
const MOST_QUOTES: usize = 1_000;

impl Text {
    pub fn read(text: &str) -> Self {
        let mut found = Self { characters: text.chars().count(), lines: lines(text), ..Self::default() };
        let mut state = State { quoted_line: is_quoted_line(text), ..State::default() };
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            if c.is_alphanumeric() {
                at = found.word(text, at, &mut state);
            } else {
                at = found.mark(text, at, c, &mut state);
            }
        }
        found
    }

    /// Reads the word that begins here, and gives where it ends.
    fn word(&mut self, text: &str, start: usize, state: &mut State) -> usize {
        // Beyond what the rules read, an address without a scheme is counted as the words it is made of.
        let link = link_end(text, start, self.words.len() < WORDS_READ);
        let end = link.unwrap_or_else(|| word_end(text, start));
        self.word_count += 1;
        if self.words.len() < WORDS_READ {
            let raw = &text[start..end];
            // No word that a rule knows is longer; a whole text without a blank need not be compared.
            let word = if link.is_some() { String::new() } else { normal(&raw[..raw.floor_char_boundary(64)]) };
            if TURNS.contains(&word.as_str()) {
                state.clause += 1;
            }
            self.words.push(Word {
                capitals: raw.chars().filter(|c| c.is_alphabetic()).count() >= 2
                    && !raw.chars().any(char::is_lowercase),
                capital: raw.chars().next().is_some_and(char::is_uppercase),
                text: word,
                start,
                end,
                sentence: state.sentence,
                clause: state.clause,
                quoted: state.quoted_line || state.quote.is_some(),
                after_comma: std::mem::take(&mut state.comma),
                link: link.is_some(),
            });
        }
        end
    }

    /// Reads what is no word, and gives where it ends.
    fn mark(&mut self, text: &str, at: usize, c: char, state: &mut State) -> usize {
        let next = at + c.len_utf8();
        let following = text[next..].chars().next();
        if state.quote.is_some_and(|(_, limit)| at > limit) {
            state.quote = None;
        }
        match c {
            '\n' => {
                let rest = text[next..].trim_start_matches([' ', '\t', '\r']);
                if rest.starts_with('\n') || ends_line(text, at) {
                    state.sentence += 1;
                    state.clause += 1;
                }
                state.quoted_line = is_quoted_line(&text[next..]);
            }
            '!' | '?' => return self.outcry(text, at, state),
            '.' | '…' if following.is_none_or(|c| c.is_whitespace() || is_quote(c) || c == ')') => {
                state.sentence += 1;
                state.clause += 1;
            }
            ';' | ':' | '(' | ')' | '—' | '–' => state.clause += 1,
            '-' if following.is_some_and(char::is_whitespace) => state.clause += 1,
            ',' => state.comma = true,
            _ if is_quote(c) => quote(text, at, c, following, state),
            _ => {}
        }
        next
    }

    fn outcry(&mut self, text: &str, at: usize, state: &mut State) -> usize {
        let run = &text[at..];
        let run = &run[..run.find(|c| !matches!(c, '!' | '?')).unwrap_or(run.len())];
        let cries = run.bytes().filter(|byte| *byte == b'!').count();
        self.exclamations += cries;
        if run.len() > 1 && cries > 0 && self.outcries.len() < 100 {
            self.outcries.push((at, at + run.len()));
        }
        state.sentence += 1;
        state.clause += 1;
        at + run.len()
    }

    /// Whether a question mark stands between this word of `text` and the next.
    pub fn is_question(&self, text: &str, at: usize) -> bool {
        let end = self.words.get(at + 1).map_or(text.len(), |next| next.start);
        // What is behind the last word that the rules read is no part of its sentence.
        text[self.words[at].end..end].chars().take(8).any(|c| c == '?')
    }

    /// The words of one line.
    pub fn words_of(&self, line: &Line) -> &[Word] {
        let from = self.words.partition_point(|word| word.start < line.start);
        let to = self.words.partition_point(|word| word.start < line.end);
        &self.words[from..to]
    }
}

fn is_quote(c: char) -> bool {
    const MARKS: &str = "\"“”„«»‹›「」『』‘’‚'`";
    MARKS.contains(c)
}

/// The marks that may close a quotation which begins with this one, as languages have them.
fn closing(c: char) -> &'static [char] {
    match c {
        '"' => &['"'],
        '“' | '”' => &['”'],
        '„' => &['“', '”'],
        '«' => &['»'],
        '»' => &['«', '»'],
        '‹' => &['›'],
        '›' => &['‹', '›'],
        '「' => &['」'],
        '『' => &['』'],
        '‘' => &['’'],
        '‚' => &['‘', '’'],
        '\'' => &['\''],
        '`' => &['`', '\'', '´'],
        _ => &[],
    }
}

/// A quotation goes to its closing mark; one that is not closed within its paragraph is none.
fn quote(text: &str, at: usize, c: char, following: Option<char>, state: &mut State) {
    if let Some((close, _)) = state.quote {
        if c == close {
            state.quote = None;
        }
        return;
    }
    let marks = closing(c);
    let before = text[..at].chars().next_back();
    // Corner brackets stand between words that no blanks part; in French there are blanks inside.
    let begins = matches!(c, '「' | '『') || before.is_none_or(|c| c.is_whitespace() || c == '(');
    let goes_on = matches!(c, '«' | '‹') || following.is_some_and(|c| !c.is_whitespace());
    if marks.is_empty() || !begins || !goes_on {
        return;
    }
    state.quotes_tried += 1;
    if state.quotes_tried > MOST_QUOTES {
        return;
    }
    // Longer ones are hardly quotations, and looking on for each mark would take too long.
    let rest = &text[at + c.len_utf8()..];
    let mut limit = rest.len().min(600);
    while !rest.is_char_boundary(limit) {
        limit -= 1;
    }
    let rest = &rest[..limit];
    let rest = &rest[..paragraph_end(rest)];
    let closes = |(place, mark): &(usize, &str)| {
        let after = rest[place + mark.len()..].chars().next();
        !matches!(*mark, "'" | "’" | "‘" | "´") || after.is_none_or(|c| !c.is_alphanumeric())
    };
    if let Some((place, mark)) = rest.match_indices(marks).find(closes) {
        state.quote = mark.chars().next().map(|mark| (mark, at + c.len_utf8() + place));
    }
}

/// Where the paragraph ends, at an empty line, however lines end.
fn paragraph_end(text: &str) -> usize {
    let ends = ["\n\n", "\n\r\n"].iter().filter_map(|end| text.find(end));
    ends.min().unwrap_or(text.len())
}

fn is_quoted_line(rest: &str) -> bool {
    rest.trim_start_matches([' ', '\t']).starts_with('>')
}

/// Whether a line break ends a sentence: after a greeting or a sign-off, not in the middle of wrapped text.
fn ends_line(text: &str, at: usize) -> bool {
    let line = &text[..at];
    let line = line[line.rfind('\n').map_or(0, |before| before + 1)..].trim_end();
    line.len() < 45 && (line.ends_with(',') || line.len() < 25)
}

fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut start = 0;
    for raw in text.split('\n') {
        let lead = raw.len() - raw.trim_start().len();
        let line = raw.trim();
        if !line.is_empty() {
            let (from, to) = (start + lead, start + lead + line.len());
            found.push(Line { start: from, end: to, quoted: line.starts_with('>') });
        }
        start += raw.len() + 1;
    }
    found
}

fn word_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut chars = text[start..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inside = c.is_alphanumeric()
            || is_combining(c)
            || matches!(c, '\'' | '’' | '.')
                && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric())
                && (c != '.' || text[start..start + at].bytes().all(|byte| byte.is_ascii_digit()));
        if !inside {
            break;
        }
        end = start + at + c.len_utf8();
    }
    end
}

/// Marks that stand on the letter before them, or join it with the next.
fn is_combining(c: char) -> bool {
    // Viramas and nuktas of Indic scripts: without them a word would fall into its syllables.
    const JOINERS: [char; 18] = [
        '\u{93c}', '\u{94d}', '\u{9bc}', '\u{9cd}', '\u{a3c}', '\u{a4d}', '\u{abc}', '\u{acd}', '\u{b3c}', '\u{b4d}',
        '\u{bcd}', '\u{c4d}', '\u{ccd}', '\u{d4d}', '\u{dca}', '\u{e4c}', '\u{200c}', '\u{200d}',
    ];
    let marks = matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}');
    marks || JOINERS.contains(&c)
}

/// The ends of hosts that are taken for links without a scheme; more would take "work/it" and the like for one.
const DOMAINS: [&str; 64] = [
    "ai", "app", "at", "au", "be", "biz", "blog", "br", "ca", "cc", "ch", "cn", "co", "com", "cz", "de", "design",
    "dev", "dk", "edu", "es", "eu", "example", "fi", "fm", "fr", "gg", "gl", "gov", "gr", "id", "ie", "il", "in",
    "info", "io", "it", "jp", "kr", "ly", "me", "mx", "net", "nl", "no", "nz", "online", "org", "page", "pl", "pt",
    "ru", "se", "sg", "shop", "site", "tv", "uk", "us", "work", "works", "xyz", "za", "zone",
];

/// "example.com/x": a host with a known end, and a path. Without a path it may be a company's name.
fn is_bare_link(text: &str, start: usize) -> bool {
    let rest = &text.as_bytes()[start..];
    // No host is longer.
    let host =
        rest.iter().take(254).take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')).count();
    let end = text[start..start + host].rsplit_once('.').map(|(_, end)| end);
    let address = text[..start].ends_with('@');
    !address && rest.get(host) == Some(&b'/') && end.is_some_and(|end| DOMAINS.contains(&end))
}

/// Where a link that begins here ends; `bare` ones have no scheme.
fn link_end(text: &str, start: usize, bare: bool) -> Option<usize> {
    let rest = &text.as_bytes()[start..];
    let begins = |with: &str| rest.len() > with.len() && rest[..with.len()].eq_ignore_ascii_case(with.as_bytes());
    let known = ["https://", "http://", "www.", "linkedin.com/", "bit.ly/", "calendly.com/"];
    let is_link = known.iter().any(|with| begins(with)) || bare && is_bare_link(text, start);
    if !is_link {
        return None;
    }
    let text = &text[start..];
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '”')).unwrap_or(text.len());
    let link = text[..end].trim_end_matches(['.', ',', ')', ';', ':', '!', '?', ']', '\'', '’']);
    Some(start + link.len())
}

/// As words are compared.
fn normal(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut text = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            '’' => text.push('\''),
            'à'..='å' => text.push('a'),
            'ç' => text.push('c'),
            'è'..='ë' => text.push('e'),
            'ì'..='ï' => text.push('i'),
            'ñ' => text.push('n'),
            'ò'..='ö' => text.push('o'),
            'ù'..='ü' => text.push('u'),
            c if is_combining(c) => {}
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Text::read(text).words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_read_as_they_are_compared() {
        assert_eq!(words("I’m sending my Résumé—don't."), ["i'm", "sending", "my", "resume", "don't"]);
        assert_eq!(words("15-minute, 1.5 hours; e.g. x"), ["15", "minute", "1.5", "hours", "e", "g", "x"]);
        assert_eq!(words("see https://a.example/b(c)."), ["see", ""]);
        assert_eq!(words("Re\u{301}sume\u{301} 李小龍"), ["resume", "李小龍"]);
        assert_eq!(words("नमस्ते अदा").len(), 2);
    }

    #[test]
    fn links_are_addresses_with_a_scheme_or_a_path() {
        let links = |text: &str| -> Vec<String> {
            let words = Text::read(text).words.into_iter().filter(|word| word.link);
            words.map(|word| text[word.start..word.end].to_owned()).collect()
        };
        assert_eq!(links("at example.com/x, or (www.a.example)"), ["example.com/x", "www.a.example"]);
        assert_eq!(links("my-site.co.uk/a/b?c=d. HTTPS://A.example"), ["my-site.co.uk/a/b?c=d", "HTTPS://A.example"]);
        for text in
            ["either/or", "24/7", "Booking.com", "ada@x.example/y", "St.Louis/MO", "e.g./i.e.", "TCP/IP", "1.5/2.0"]
        {
            assert_eq!(links(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn quotations_are_somebody_elses_words() {
        let quoted = |text: &str| -> Vec<String> {
            Text::read(text).words.into_iter().filter(|word| word.quoted).map(|word| word.text).collect()
        };
        assert_eq!(quoted("You said “we are hiring” once"), ["we", "are", "hiring"]);
        assert_eq!(quoted("the 'hidden job' and the teachers' room"), ["hidden", "job"]);
        assert_eq!(quoted("> are you hiring\nno"), ["are", "you", "hiring"]);
        assert_eq!(quoted("a \" that never closes"), [""; 0]);
        assert_eq!(quoted("a \"b\r\n\r\nc\" d"), [""; 0]);
        assert_eq!(quoted("6'2\" tall and \"x\" y"), ["x"]);
        for text in [
            "said »are you hiring« once",
            "said «are you hiring» once",
            "said « are you hiring » once",
            "said ‹are you hiring› once",
            "said ›are you hiring‹ once",
            "said 「are you hiring」 once",
            "said 『are you hiring』once",
            "said `are you hiring` once",
            "said `are you hiring' once",
            "said „are you hiring“ once",
            "said ”are you hiring” once",
            "said »are you hiring» once",
            "said ‚are you hiring‘ once",
        ] {
            assert_eq!(quoted(text), ["are", "you", "hiring"], "{text}");
        }
        assert_eq!(quoted("A » B » C"), [""; 0]);
    }

    #[test]
    fn sentences_and_clauses_are_counted() {
        let text = Text::read("Dear Ada,\nI read it. Why? I am not sure, but I ask.");
        let sentences: Vec<u32> = text.words.iter().map(|word| word.sentence).collect();
        assert_eq!(sentences, [0, 0, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3, 3]);
        let clauses: Vec<u32> = text.words.iter().map(|word| word.clause).collect();
        assert!(clauses[9] < clauses[10]);
    }
}
