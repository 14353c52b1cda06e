//! The closed sets of words of an insight.
use crate::text_enum;

text_enum! {
    /// How the one who spoke stands to the topic.
    InsightStance {
        /// They speak for it.
        Positive = "positive",
        /// They speak against it.
        Negative = "negative",
        /// Both, and it depends.
        Mixed = "mixed",
        /// They only say how it is.
        Neutral = "neutral",
    }
}

text_enum! {
    /// How sure the seeker is of it.
    InsightConfidence {
        /// Hearsay, or one remark.
        Low = "low",
        Medium = "medium",
        /// They know it at first hand, or others say the same.
        High = "high",
    }
}
