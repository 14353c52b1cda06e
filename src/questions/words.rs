//! The closed sets of words of a question.
use crate::text_enum;

text_enum! {
    /// What a question is about. The first five are TIARA: trends, insights, advice, resources, assignments.
    QuestionCategory {
        Trends = "trends",
        Insights = "insights",
        Advice = "advice",
        Resources = "resources",
        Assignments = "assignments",
        CareerPath = "career_path",
        DailyWork = "daily_work",
        Skills = "skills",
        Culture = "culture",
        /// How people come into the field.
        Entry = "entry",
        /// Ranges in general, never what somebody earns.
        Pay = "pay",
        WhoElse = "who_else",
    }
}

text_enum! {
    /// When in a conversation to ask it.
    QuestionStage {
        Opening = "opening",
        Core = "core",
        Closing = "closing",
    }
}

text_enum! {
    /// Whom to ask it.
    QuestionAudience {
        Anyone = "anyone",
        /// Who does the work that the seeker would do.
        Peer = "peer",
        Senior = "senior",
        /// Who decides on whom to take.
        HiringManager = "hiring_manager",
        /// From the same school.
        Alum = "alum",
        /// Who came into the field from another one.
        CareerChanger = "career_changer",
        Recruiter = "recruiter",
        /// Who knows many people.
        Connector = "connector",
    }
}

text_enum! {
    /// Where a question comes from.
    QuestionSource {
        Bank = "bank",
        Own = "own",
    }
}
