//! Agendas that are ready: thanks, questions, who else, the next step, and something to spare.
use super::model::{AgendaItem, AgendaKind};
use crate::meeting_questions::MeetingQuestionId;

/// Questions that a preset takes: more than five nobody answers in so short a time.
const QUESTIONS: usize = 5;

/// Minutes of the presets, and what each of their items takes.
const PRESETS: [(i16, [u16; 5]); 3] = [(15, [1, 10, 2, 1, 1]), (20, [1, 14, 3, 1, 1]), (30, [2, 22, 3, 1, 2])];

const KINDS: [AgendaKind; 5] =
    [AgendaKind::Thanks, AgendaKind::Questions, AgendaKind::WhoElse, AgendaKind::NextStep, AgendaKind::Spare];

/// The longest preset that fits into so many minutes.
pub fn longest(duration: i16) -> Option<i16> {
    PRESETS.iter().rev().map(|(minutes, _)| *minutes).find(|minutes| *minutes <= duration)
}

/// The preset of so many minutes, with the first of these questions.
pub fn preset(minutes: i16, questions: &[MeetingQuestionId]) -> Option<Vec<AgendaItem>> {
    let (_, parts) = PRESETS.iter().find(|(known, _)| *known == minutes)?;
    let item = |(kind, minutes): (&AgendaKind, &u16)| AgendaItem {
        kind: *kind,
        title: None,
        minutes: *minutes,
        question_ids: match kind {
            AgendaKind::Questions => questions.iter().copied().take(QUESTIONS).collect(),
            _ => Vec::new(),
        },
    };
    Some(KINDS.iter().zip(parts).map(item).collect())
}

#[cfg(test)]
mod tests {
    use super::super::model::total;
    use super::*;

    #[test]
    fn a_preset_takes_what_it_is_called() {
        for (minutes, _) in PRESETS {
            assert_eq!(total(&preset(minutes, &[]).expect("a preset")), i32::from(minutes));
        }
        assert_eq!(
            [14, 15, 19, 20, 29, 30, 60].map(longest),
            [None, Some(15), Some(15), Some(20), Some(20), Some(30), Some(30)]
        );
        assert_eq!(preset(25, &[]), None);
    }
}
