//! A sheet that fits on two pages of A4 and of Letter. How long lines become is reckoned, not measured: a browser draws
//! them, with whatever fonts it has. So the reckoning is generous.
use unicode_width::UnicodeWidthChar;

use super::sheet::{Line, Section, Sheet};

/// Lines of two pages of Letter in print, with room to spare.
const LINES: usize = 100;
/// Widths of a line, in tenths of the width of a usual letter.
const WIDTH: usize = 900;
/// Lines that a heading takes with the space above it.
const HEADING: usize = 2;
/// Lines that each section has before others take more.
const SHARE: usize = 9;

/// Leaves out what does not fit. First each section has its share; then the first ones take what is left. Within a section
/// the ranks go before the order, so that everybody is named, and each kind of research, before any has more.
pub fn to_two_pages(sheet: Sheet) -> Sheet {
    let mut left = LINES.saturating_sub(HEADING + sheet.sections.len() * (HEADING + 1));
    let mut kept = vec![0; sheet.sections.len()];
    let orders: Vec<Vec<usize>> = sheet.sections.iter().map(by_rank).collect();
    for most in [SHARE, usize::MAX] {
        for ((section, order), kept) in sheet.sections.iter().zip(&orders).zip(&mut kept) {
            let height = |place: &usize| height(&section.lines[*place]);
            let used: usize = order[..*kept].iter().map(height).sum();
            let mut room = left.min(most.saturating_sub(used));
            for place in &order[*kept..] {
                let Some(rest) = room.checked_sub(height(place)) else { break };
                left -= room - rest;
                room = rest;
                *kept += 1;
            }
        }
    }
    let cut = |((section, order), kept): ((Section, Vec<usize>), usize)| {
        let (shown, left_out) = order.split_at(kept);
        let mut left_out: Vec<usize> =
            left_out.iter().filter(|place| !section.lines[**place].heading).copied().collect();
        left_out.sort_unstable();
        let (more, more_of) = (left_out.len(), by_heading(&section, &left_out));
        let lines = section.lines.into_iter().enumerate().filter(|(place, _)| shown.contains(place));
        Section { lines: lines.map(|(_, line)| line).collect(), more, more_of, ..section }
    };
    Sheet { sections: sheet.sections.into_iter().zip(orders).zip(kept).map(cut).collect(), ..sheet }
}

/// How many of these lines, which are in their order, stand below each heading: `News: 8, Company page: 2`.
fn by_heading(section: &Section, places: &[usize]) -> String {
    let heading = |place: usize| section.lines[..place].iter().rev().find(|line| line.heading)?.label.as_deref();
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for label in places.iter().filter_map(|place| heading(*place)) {
        match counts.last_mut() {
            Some((last, count)) if *last == label => *count += 1,
            _ => counts.push((label, 1)),
        }
    }
    counts.iter().map(|(label, count)| format!("{label}: {count}")).collect::<Vec<_>>().join(", ")
}

/// The places of a section's lines as they are to be printed before each other.
fn by_rank(section: &Section) -> Vec<usize> {
    let mut places: Vec<usize> = (0..section.lines.len()).collect();
    places.sort_by_key(|place| section.lines[*place].rank);
    places
}

/// How many lines of paper it takes.
fn height(line: &Line) -> usize {
    let label = line.label.as_deref().unwrap_or_default();
    let text: usize = label.chars().chain(line.text.chars()).map(width).sum();
    let link: usize = line.link.chars().map(width).sum();
    let indent = if line.inner { 60 } else { 30 };
    (text + 40 + link).div_ceil(WIDTH - indent).max(1)
}

/// In tenths of the width of a usual letter.
fn width(c: char) -> usize {
    match c {
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 18,
        'A'..='Z' => 14,
        c if c.is_ascii() => 10,
        c => c.width().unwrap_or(0).max(1) * 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(sections: &[usize]) -> Sheet {
        let line = || Line { text: "line ".repeat(10), ..Line::default() };
        let section = |lines: &usize| Section {
            title: String::new(),
            lines: std::iter::repeat_with(line).take(*lines).collect(),
            more: 0,
            more_of: String::new(),
        };
        Sheet { title: String::new(), lead: String::new(), sections: sections.iter().map(section).collect() }
    }

    fn kept(sections: &[usize]) -> Vec<usize> {
        to_two_pages(sheet(sections)).sections.iter().map(|section| section.lines.len()).collect()
    }

    #[test]
    fn everybody_is_named_and_headings_do_not_count() {
        let mut people = sheet(&[64, 200]);
        for (place, line) in people.sections[0].lines.iter_mut().enumerate() {
            (line.heading, line.rank) = (place % 8 == 0, place % 8);
        }
        let fitted = to_two_pages(people);
        let who = &fitted.sections[0];
        assert_eq!(who.lines.iter().filter(|line| line.heading).count(), 8);
        assert_eq!(who.more, 64 - who.lines.len());
        let mut kinds = sheet(&[160, 200]);
        for (place, label) in [(0, "News"), (120, "Interviews")] {
            let line = &mut kinds.sections[0].lines[place];
            (line.heading, line.label) = (true, Some(label.to_owned()));
        }
        let of = &to_two_pages(kinds).sections[0];
        let shown = of.lines.len() - 1;
        assert_eq!(of.more_of, format!("News: {}, Interviews: 39", 119 - shown));
        let mut kinds = sheet(&[300]);
        kinds.sections[0].lines[299].heading = true;
        assert_eq!(to_two_pages(kinds).sections[0].more, 299 - kept(&[300])[0]);
    }

    #[test]
    fn what_fits_stays_whole() {
        assert_eq!(kept(&[3, 0, 12, 5]), [3, 0, 12, 5]);
    }

    #[test]
    fn every_section_has_its_share() {
        let kept = kept(&[200, 200, 5, 200]);
        assert_eq!(&kept[1..], [9, 5, 9]);
        assert!(kept[0] > 9 && kept.iter().sum::<usize>() <= LINES);
        let long = to_two_pages(sheet(&[200; 8]));
        assert!(long.sections.iter().all(|section| section.lines.len() + section.more == 200 && section.more > 0));
    }
}
