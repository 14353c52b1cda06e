//! What speaks against a question: that the web would answer it, or that it asks for a job. The same question gives the
//! same findings; no language model.
use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

use super::words::QuestionCategory;
use crate::lint::{JOB, Phrases, ReadText, Severity, Word};
use crate::text_enum;

/// Words of a question above which nobody remembers how it began.
const LONG: usize = 40;

text_enum! {
    /// What can speak against a question.
    QuestionRule {
        /// It asks for a job or a vacancy.
        AsksForJob = "asks_for_job",
        /// A search of the web, or the company's own pages, would answer it.
        WebWouldAnswer = "web_would_answer",
        /// It asks what somebody earns, rather than what people earn in general.
        PersonalPay = "personal_pay",
        /// Yes or no is an answer to it.
        YesOrNo = "yes_or_no",
        /// It asks two things.
        TwoQuestions = "two_questions",
        /// Nobody remembers how it began.
        TooLong = "too_long",
    }
}

/// Something that speaks against a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct QuestionFinding {
    pub rule: QuestionRule,
    pub severity: Severity,
    /// How to mend it.
    #[schema(example = "Read it up, and ask what the page does not say.")]
    pub suggestion: String,
    /// What of the question it is.
    #[schema(example = "what does your company do")]
    pub quote: String,
}

static WEB: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "what does|do your|the|this company|firm|organization|organisation|business|team|agency|employer *1 do|make|sell|offer|produce",
        "what products|services|product|service *2 does|do|are|is",
        "what is|are|was|were the|your company's|firm's *3 revenue|turnover|mission|motto|slogan|history|products|values",
        "what is|was the|your *2 revenue|turnover|headcount|mission|motto|slogan|share|stock",
        "how many|large|big people|employees|staff|offices|customers|countries|locations|branches *2 does|do|are|has|have|work|works",
        "how big|large|old is your|the company|firm|organization|organisation|team|business",
        "where is|are your|the company|firm|offices|office|headquarters|organization|organisation|head *1 based|located|headquartered|office",
        "where is|are your|the headquarters|offices|office",
        "when was|were|did your|the company|firm|organization|organisation|business *2 founded|started|begin|start|established",
        "what|which year did|was *3 founded|go|start|begin|established|listed",
        "who founded|started|owns|runs|leads|heads your|the company|firm|organization|organisation|business",
        "who is|are your|the *1 ceo|founder|founders|chairman|chair|owner|owners|competitors|shareholders|investors",
        "what is|are *1 your|the competitors|opening|business *1 hours|names?",
        "what does|do your|the job|role|title|abbreviation|acronym *2 mean|stand",
        "which|what degree|degrees|qualification|qualifications is|are|do|does *3 required|need|needed|require",
    ])
});

/// What asks for a job in a question, and need not in a letter.
static APPLY: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "can|could|may|might|shall|should i *2 send|give|email|mail|show|forward|leave *2 my cv|resume|résumé|application",
        "could|would|can|will you *2 pass|hand|forward|send|take|look *3 my cv|resume|résumé|application|profile",
        "how|where|when can|could|do|should|may|might i apply",
        "which|what positions|jobs|roles|vacancies|openings are *1 open|available|free|vacant",
        "what|which opportunities|openings|positions|jobs|vacancies|roles *1 are|is there|available *5 for me",
    ])
});

static PAY: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "how much do|did|are|were you *2 earn|make|paid|earning|making|get",
        "what do|did you earn|make",
        "what is|was|'s your *1 salary|pay|income|wage|bonus|compensation",
        "your *1 salary|paycheck|payslip|wage",
    ])
});

/// What a company by its name does: "What does Acme Wind sell?". Names are known by their capitals.
fn named<'a>(text: &'a str, words: &[Word]) -> Option<&'a str> {
    const ACTS: [&str; 6] = ["do", "make", "sell", "offer", "produce", "manufacture"];
    let from = words.windows(2).position(|two| two[0].text == "what" && two[1].text == "does")?;
    let name = words[from + 2..].iter().take_while(|word| word.capital).count();
    let act = words.get(from + 2 + name).filter(|act| (1..=4).contains(&name) && ACTS.contains(&act.text.as_str()))?;
    // A person does something, too; what follows says in which sense.
    let last = words.get(from + 3 + name).is_none_or(|word| word.sentence != act.sentence || word.text == "exactly");
    last.then(|| &text[words[from].start..act.end])
}

/// With which a question begins that yes or no would answer.
const CLOSED: [&str; 22] = [
    "is", "are", "was", "were", "do", "does", "did", "can", "could", "would", "will", "have", "has", "had", "should",
    "may", "might", "shall", "am", "isn't", "aren't", "don't",
];

/// Everything that speaks against it, the gravest first.
pub fn check(text: &str, category: Option<QuestionCategory>) -> Vec<QuestionFinding> {
    let read = ReadText::read(text);
    let mut findings = Vec::new();
    let mut add = |rule, severity, suggestion: &str, quote: &str| {
        findings.push(QuestionFinding { rule, severity, suggestion: suggestion.to_owned(), quote: quote.to_owned() });
    };
    let first = |phrases: &Phrases| {
        let found = phrases.find(&read.words).into_iter().next()?;
        text.get(read.words[found.from].start..read.words[found.to - 1].end)
    };
    if let Some(quote) = first(&JOB).or_else(|| first(&APPLY)) {
        let suggestion = "Ask how people come into the field. You ask for information, never for a job.";
        add(QuestionRule::AsksForJob, Severity::Error, suggestion, quote);
    }
    if let Some(quote) = first(&WEB).or_else(|| named(text, &read.words)) {
        let suggestion = "Read it up before, and ask what the pages do not say.";
        add(QuestionRule::WebWouldAnswer, Severity::Warning, suggestion, quote);
    }
    if let Some(quote) = first(&PAY) {
        let suggestion = "Ask for the range that people in the field earn.";
        add(QuestionRule::PersonalPay, Severity::Warning, suggestion, quote);
    }
    // Whether somebody may be named is a matter of yes or no.
    let closed = read.words.first().filter(|word| CLOSED.contains(&word.text.as_str()));
    if let Some(word) = closed.filter(|_| category != Some(QuestionCategory::WhoElse)) {
        let suggestion = "Begin with what, how, which or when: so it cannot be answered by yes or no.";
        add(QuestionRule::YesOrNo, Severity::Hint, suggestion, &text[word.start..word.end]);
    }
    if text.matches('?').count() > 1 {
        let suggestion = "Ask one thing, and the other as a follow-up.";
        add(QuestionRule::TwoQuestions, Severity::Hint, suggestion, text.trim());
    }
    if read.word_count > LONG {
        let suggestion = "Leave out what they know, and ask the rest.";
        add(QuestionRule::TooLong, Severity::Hint, suggestion, text.trim());
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Vec<QuestionRule> {
        check(text, None).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn what_asks_for_a_job_is_flagged() {
        for text in [
            "Are there any openings on your team?",
            "Would you hire me?",
            "Could you put in a good word for me with HR?",
            "Do you know of any vacancies in your company?",
            "Can you refer me for the analyst role?",
            "Would you have something for me at your company?",
            "Could you pass on my résumé?",
            "Can I send you my CV?",
            "How can I apply?",
            "Which positions are open?",
            "What opportunities are there at your firm for me?",
        ] {
            assert!(rules(text).contains(&QuestionRule::AsksForJob), "{text}: {:?}", rules(text));
        }
        assert_eq!(rules("How does one apply what the course teaches?"), []);
        assert_eq!(rules("How did the last two people who joined your team come into the field?"), []);
    }

    #[test]
    fn what_the_web_would_answer_is_flagged() {
        for text in [
            "What does your company do?",
            "How many employees does your company have?",
            "Where is your office?",
            "When was the company founded?",
            "Who is your CEO?",
            "Who are your competitors?",
            "What products do you sell?",
            "How big is your company?",
            "What does Acme do?",
            "And what does Okafor Wind Power make exactly?",
            "What year did it go public?",
        ] {
            assert!(rules(text).contains(&QuestionRule::WebWouldAnswer), "{text}: {:?}", rules(text));
        }
        for text in [
            "What does your team need from you?",
            "How many of those who began with you are still here?",
            "What does Acme do better than others?",
            "What does an analyst do?",
        ] {
            assert_eq!(rules(text), [], "{text}");
        }
    }

    #[test]
    fn pay_is_asked_for_in_general() {
        assert_eq!(rules("How much do you earn?"), [QuestionRule::PersonalPay]);
        assert_eq!(rules("What is your salary?"), [QuestionRule::PersonalPay]);
        assert_eq!(rules("Roughly which range do people earn in the first years?"), []);
    }

    #[test]
    fn the_form_of_a_question_counts() {
        assert_eq!(rules("Do you like your work?"), [QuestionRule::YesOrNo]);
        assert_eq!(rules("What do you like? And what not?"), [QuestionRule::TwoQuestions]);
        assert_eq!(rules(&format!("What {}do you like?", "then again and ".repeat(15))), [QuestionRule::TooLong]);
        assert_eq!(check("May I mention you?", Some(QuestionCategory::WhoElse)), []);
        assert_eq!(rules(""), []);
    }
}
