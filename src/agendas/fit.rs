//! What to shorten and what to drop, so that an agenda fits. The same agenda gives the same proposal.
//!
//! Spare minutes go first, then what is neither a question nor a courtesy, then questions by the rank of the goals that
//! they serve, those that serve none before. Each is shortened before any is dropped; thanks, the next name and the next
//! step are never dropped. What a drop frees beyond need goes back to the most important that were shortened.
use super::model::{AgendaFit, AgendaItem, AgendaKind, FitAction, FitStep, total};

/// Minutes below which a question cannot be asked and answered.
const QUESTION: u16 = 2;

/// The least that an item makes sense with.
fn least(item: &AgendaItem) -> u16 {
    let questions = u16::try_from(item.question_ids.len().max(1)).unwrap_or(u16::MAX);
    let least = match item.kind {
        AgendaKind::Spare => 0,
        AgendaKind::Questions => QUESTION.saturating_mul(questions),
        _ => 1,
    };
    least.min(item.minutes)
}

/// Whether an item may be left out.
fn may_go(item: &AgendaItem) -> bool {
    matches!(item.kind, AgendaKind::Spare | AgendaKind::Other | AgendaKind::Questions)
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

/// The proposal for these items, whose most important goals have these ranks.
pub fn fit(items: &[AgendaItem], ranks: &[Option<i16>], duration: i16) -> AgendaFit {
    let duration_minutes = i32::from(duration);
    let over_minutes = (total(items) - duration_minutes).max(0);
    let order = order(items, ranks);
    let mut minutes: Vec<u16> = items.iter().map(|item| item.minutes).collect();
    let mut over = over_minutes;
    for index in &order {
        let gives = i32::from(minutes[*index] - least(&items[*index])).min(over);
        minutes[*index] -= u16::try_from(gives).unwrap_or(0);
        over -= gives;
    }
    for index in order.iter().filter(|index| may_go(&items[**index])) {
        if over <= 0 {
            break;
        }
        over -= i32::from(minutes[*index]);
        minutes[*index] = 0;
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
            same if same == item.minutes => FitAction::Keep,
            _ => FitAction::Shorten,
        },
        minutes_before: item.minutes,
        minutes_after: minutes[index],
        goal_rank: ranks[index],
    };
    let steps: Vec<FitStep> = items.iter().enumerate().map(step).collect();
    let left = items.iter().zip(&minutes).filter(|(_, minutes)| **minutes > 0);
    let items: Vec<AgendaItem> = left.map(|(item, minutes)| AgendaItem { minutes: *minutes, ..item.clone() }).collect();
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

    fn minutes(fit: &AgendaFit) -> Vec<u16> {
        fit.steps.iter().map(|step| step.minutes_after).collect()
    }

    #[test]
    fn the_least_important_gives_way_first() {
        use AgendaKind::{NextStep, Questions, Spare, Thanks, WhoElse};
        let items = [
            item(Thanks, 2),
            item(Questions, 8),
            item(Questions, 8),
            item(WhoElse, 3),
            item(NextStep, 1),
            item(Spare, 2),
        ];
        let ranks = [None, Some(1), Some(2), None, None, None];
        assert_eq!(minutes(&fit(&items, &ranks, 24)), [2, 8, 8, 3, 1, 2]);
        assert_eq!(minutes(&fit(&items, &ranks, 22)), [2, 8, 8, 3, 1, 0]);
        assert_eq!(minutes(&fit(&items, &ranks, 18)), [2, 8, 4, 3, 1, 0]);
        assert_eq!(minutes(&fit(&items, &ranks, 13)), [2, 5, 2, 3, 1, 0]);
        let short = fit(&items, &ranks, 5);
        assert_eq!((minutes(&short), short.fits), (vec![1, 2, 0, 1, 1, 0], true));
        let none = fit(&items, &ranks, 2);
        assert_eq!((minutes(&none), none.fits, none.over_minutes), (vec![1, 0, 0, 1, 1, 0], false, 22));
    }

    proptest! {
        #[test]
        fn a_proposal_never_grows_and_fits_where_it_can(
            parts in prop::collection::vec((0usize..6, 1u16..40, prop::option::of(1i16..9)), 0..12),
            duration in 5i16..90,
        ) {
            const KINDS: [AgendaKind; 6] = [
                AgendaKind::Thanks, AgendaKind::Questions, AgendaKind::WhoElse, AgendaKind::NextStep, AgendaKind::Other,
                AgendaKind::Spare,
            ];
            let items: Vec<AgendaItem> = parts.iter().map(|(kind, minutes, _)| item(KINDS[*kind], *minutes)).collect();
            let ranks: Vec<Option<i16>> = parts.iter().map(|(.., rank)| *rank).collect();
            let fit = fit(&items, &ranks, duration);
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
