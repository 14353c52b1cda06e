//! What to shorten and what to drop, so that an agenda fits. The same agenda gives the same proposal.
//!
//! Spare minutes go first, then what is neither a question nor a courtesy, then questions by the rank of the goals that
//! they serve, those that serve none before. Each is shortened before any is dropped, and of an item one question after the
//! other; thanks, the next name and the next step are never dropped. What a drop frees beyond need goes back to the most
//! important that were shortened.
use super::model::{AgendaFit, AgendaItem, AgendaKind, FitAction, FitStep, total};
use crate::meeting_questions::MeetingQuestionId;

/// Minutes below which a question cannot be asked and answered.
const QUESTION: u16 = 2;

/// The least that an item makes sense with, with so many questions.
fn least(item: &AgendaItem, questions: usize) -> u16 {
    let least = match item.kind {
        AgendaKind::Spare => 0,
        AgendaKind::Questions => QUESTION.saturating_mul(u16::try_from(questions.max(1)).unwrap_or(u16::MAX)),
        _ => 1,
    };
    least.min(item.minutes)
}

/// Whether an item may be left out.
fn may_go(item: &AgendaItem) -> bool {
    matches!(item.kind, AgendaKind::Spare | AgendaKind::Other | AgendaKind::Questions)
}

/// Something that may be left out.
enum Part {
    /// As a whole: an item of this place.
    Item(usize),
    Question(usize, MeetingQuestionId),
}

/// What may be left out, the first to go first.
fn parts(items: &[AgendaItem], order: &[usize], rank: &impl Fn(MeetingQuestionId) -> Option<i16>) -> Vec<Part> {
    let is_asked = |item: &AgendaItem| item.kind == AgendaKind::Questions && !item.question_ids.is_empty();
    let whole = order.iter().copied().filter(|index| may_go(&items[*index]) && !is_asked(&items[*index]));
    // Questions that nobody has named serve no goal.
    let mut parts: Vec<Part> = whole.map(Part::Item).collect();
    let asked = items.iter().enumerate().filter(|(_, item)| is_asked(item));
    let mut questions: Vec<(usize, usize, MeetingQuestionId)> = asked
        .flat_map(|(index, item)| item.question_ids.iter().enumerate().map(move |(at, id)| (index, at, *id)))
        .collect();
    questions.sort_by_key(|(index, at, id)| {
        (-i32::from(rank(*id).unwrap_or(i16::MAX)), std::cmp::Reverse(*index), std::cmp::Reverse(*at))
    });
    parts.extend(questions.into_iter().map(|(index, _, id)| Part::Question(index, id)));
    parts
}

/// What goes first comes first. `ranks` are those of the items' most important goals.
fn order(items: &[AgendaItem], ranks: &[Option<i16>]) -> Vec<usize> {
    let place = |index: usize| match items[index].kind {
        AgendaKind::Spare => (0, 0),
        AgendaKind::Other => (1, 0),
        // The higher the number, the less important.
        AgendaKind::Questions => (2, -i32::from(ranks[index].unwrap_or(i16::MAX))),
        AgendaKind::Thanks | AgendaKind::WhoElse | AgendaKind::NextStep => (3, 0),
    };
    let mut order: Vec<usize> = (0..items.len()).collect();
    // Of two alike the later one goes first.
    order.sort_by_key(|index| (place(*index), std::cmp::Reverse(*index)));
    order
}

/// The proposal for these items; `rank` is that of the goal which a question serves.
pub fn fit(items: &[AgendaItem], rank: impl Fn(MeetingQuestionId) -> Option<i16>, duration: i16) -> AgendaFit {
    let most_important = |item: &AgendaItem| item.question_ids.iter().filter_map(|id| rank(*id)).min();
    let ranks: Vec<Option<i16>> = items.iter().map(most_important).collect();
    let duration_minutes = i32::from(duration);
    let over_minutes = (total(items) - duration_minutes).max(0);
    let order = order(items, &ranks);
    let mut minutes: Vec<u16> = items.iter().map(|item| item.minutes).collect();
    let mut over = over_minutes;
    for index in &order {
        let least = least(&items[*index], items[*index].question_ids.len());
        let gives = i32::from(minutes[*index] - least).min(over);
        minutes[*index] -= u16::try_from(gives).unwrap_or(0);
        over -= gives;
    }
    let mut asked: Vec<Vec<MeetingQuestionId>> = items.iter().map(|item| item.question_ids.clone()).collect();
    for part in parts(items, &order, &rank) {
        if over <= 0 {
            break;
        }
        let (index, left) = match part {
            Part::Item(index) => (index, 0),
            Part::Question(index, id) => {
                asked[index].retain(|known| *known != id);
                let questions = asked[index].len();
                (index, if questions == 0 { 0 } else { least(&items[index], questions) })
            }
        };
        over -= i32::from(minutes[index].saturating_sub(left));
        minutes[index] = minutes[index].min(left);
    }
    // The most important first.
    for index in order.iter().rev().filter(|index| minutes[**index] > 0).copied().collect::<Vec<_>>() {
        let takes = i32::from(items[index].minutes - minutes[index]).min(-over).max(0);
        minutes[index] += u16::try_from(takes).unwrap_or(0);
        over += takes;
    }
    let step = |(index, item): (usize, &AgendaItem)| FitStep {
        index,
        action: match minutes[index] {
            0 => FitAction::Drop,
            same if same == item.minutes && asked[index].len() == item.question_ids.len() => FitAction::Keep,
            _ => FitAction::Shorten,
        },
        minutes_before: item.minutes,
        minutes_after: minutes[index],
        goal_rank: ranks[index],
        dropped_question_ids: item.question_ids.iter().copied().filter(|id| !asked[index].contains(id)).collect(),
    };
    let steps: Vec<FitStep> = items.iter().enumerate().map(step).collect();
    let left = items.iter().zip(&minutes).zip(asked).filter(|((_, minutes), _)| **minutes > 0);
    let left =
        left.map(|((item, minutes), question_ids)| AgendaItem { minutes: *minutes, question_ids, ..item.clone() });
    let items: Vec<AgendaItem> = left.collect();
    let total_minutes = total(&items);
    AgendaFit {
        fits: total_minutes <= duration_minutes,
        over_minutes,
        duration_minutes: duration,
        total_minutes,
        items,
        steps,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(kind: AgendaKind, minutes: u16) -> AgendaItem {
        AgendaItem { kind, title: None, minutes, question_ids: Vec::new() }
    }

    /// The question that serves the goal of this rank.
    fn question(rank: i16) -> MeetingQuestionId {
        uuid::Uuid::from_u128(rank.unsigned_abs().into()).into()
    }

    fn rank(id: MeetingQuestionId) -> Option<i16> {
        i16::try_from(uuid::Uuid::from(id).as_u128()).ok()
    }

    fn asked(minutes: u16, ranks: &[i16]) -> AgendaItem {
        AgendaItem {
            question_ids: ranks.iter().copied().map(question).collect(),
            ..item(AgendaKind::Questions, minutes)
        }
    }

    fn minutes(fit: &AgendaFit) -> Vec<u16> {
        fit.steps.iter().map(|step| step.minutes_after).collect()
    }

    #[test]
    fn the_least_important_gives_way_first() {
        use AgendaKind::{NextStep, Spare, Thanks, WhoElse};
        let items =
            [item(Thanks, 2), asked(8, &[1]), asked(8, &[2]), item(WhoElse, 3), item(NextStep, 1), item(Spare, 2)];
        assert_eq!(minutes(&fit(&items, rank, 24)), [2, 8, 8, 3, 1, 2]);
        assert_eq!(minutes(&fit(&items, rank, 22)), [2, 8, 8, 3, 1, 0]);
        assert_eq!(minutes(&fit(&items, rank, 18)), [2, 8, 4, 3, 1, 0]);
        assert_eq!(minutes(&fit(&items, rank, 13)), [2, 5, 2, 3, 1, 0]);
        let short = fit(&items, rank, 5);
        assert_eq!((minutes(&short), short.fits), (vec![1, 2, 0, 1, 1, 0], true));
        let none = fit(&items, rank, 2);
        assert_eq!((minutes(&none), none.fits, none.over_minutes), (vec![1, 0, 0, 1, 1, 0], false, 22));
    }

    #[test]
    fn of_an_item_the_least_important_question_goes_first() {
        use AgendaKind::{NextStep, Spare, Thanks, WhoElse};
        let preset =
            [item(Thanks, 1), asked(10, &[3, 1, 5, 2, 4]), item(WhoElse, 2), item(NextStep, 1), item(Spare, 1)];
        let short = fit(&preset, rank, 12);
        assert_eq!((minutes(&short), short.total_minutes), (vec![1, 8, 2, 1, 0], 12));
        assert_eq!(short.steps[1].dropped_question_ids, [question(5)]);
        assert_eq!(short.items[1].question_ids, [3, 1, 2, 4].map(question));
        assert_eq!(short.steps[1].action, FitAction::Shorten);
        let shorter = fit(&preset, rank, 6);
        assert_eq!((minutes(&shorter), &*shorter.items[1].question_ids), (vec![1, 2, 2, 1, 0], &[question(1)][..]));
        let none = fit(&preset, rank, 4);
        assert_eq!((minutes(&none), none.steps[1].action), (vec![1, 0, 2, 1, 0], FitAction::Drop));
    }

    proptest! {
        #[test]
        fn a_proposal_never_grows_and_fits_where_it_can(
            parts in prop::collection::vec((0usize..6, 1u16..40, prop::collection::vec(1i16..9, 0..5)), 0..12),
            duration in 5i16..90,
        ) {
            const KINDS: [AgendaKind; 6] = [
                AgendaKind::Thanks, AgendaKind::Questions, AgendaKind::WhoElse, AgendaKind::NextStep, AgendaKind::Other,
                AgendaKind::Spare,
            ];
            let one = |(kind, minutes, ranks): &(usize, u16, Vec<i16>)| match KINDS[*kind] {
                AgendaKind::Questions => asked(*minutes, ranks),
                kind => item(kind, *minutes),
            };
            let items: Vec<AgendaItem> = parts.iter().map(one).collect();
            let fit = fit(&items, rank, duration);
            prop_assert!(fit.steps.iter().all(|step| step.minutes_after <= step.minutes_before));
            let courtesies = items.iter().filter(|item| !may_go(item)).count();
            prop_assert_eq!(fit.fits, courtesies <= usize::try_from(duration).unwrap_or(0));
            if fit.over_minutes == 0 {
                prop_assert_eq!(&fit.items, &items);
            } else if fit.fits {
                // Nothing is shorter than it must be.
                let shortened = fit.steps.iter().any(|step| step.action == FitAction::Shorten);
                prop_assert!(!shortened || fit.total_minutes == i32::from(duration));
            }
        }
    }
}
