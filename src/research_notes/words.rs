//! The closed sets of words of a research note.
use crate::text_enum;

text_enum! {
    /// What kind of source it is from.
    ResearchNoteKind {
        /// What a company says about itself.
        AboutPage = "about_page",
        Biography = "biography",
        Portfolio = "portfolio",
        PressRelease = "press_release",
        Brochure = "brochure",
        AnnualReport = "annual_report",
        News = "news",
        SocialProfile = "social_profile",
        /// A paper, an article, a book.
        Publication = "publication",
        Talk = "talk",
        SalaryData = "salary_data",
        /// The seeker's own.
        OwnThought = "own_thought",
        Other = "other",
    }
}

text_enum! {
    /// How much it matters.
    ResearchNoteImportance {
        Low = "low",
        Normal = "normal",
        High = "high",
    }
}
