//! The closed sets of words of offers and bookings.
use crate::text_enum;

text_enum! {
    /// What became of an offer, as it is stored.
    OfferStep {
        Open = "open",
        Booked = "booked",
        Declined = "declined",
        Revoked = "revoked",
    }
}

text_enum! {
    /// What became of an offer.
    OfferState {
        /// Whoever has the link can book.
        Open = "open",
        Booked = "booked",
        /// The invited person said no.
        Declined = "declined",
        Revoked = "revoked",
        /// Nobody booked in time.
        Expired = "expired",
        /// The meeting was agreed in another way, called off, or lies in the trash.
        Closed = "closed",
    }
}

impl From<OfferStep> for OfferState {
    fn from(step: OfferStep) -> Self {
        match step {
            OfferStep::Open => Self::Open,
            OfferStep::Booked => Self::Booked,
            OfferStep::Declined => Self::Declined,
            OfferStep::Revoked => Self::Revoked,
        }
    }
}

text_enum! {
    /// How far it has come, for whoever has the link.
    BookingState {
        /// A time can be chosen.
        Open = "open",
        Booked = "booked",
        /// It was called off.
        Cancelled = "cancelled",
        /// The invitation was declined.
        Declined = "declined",
        /// The time of the meeting has come.
        Past = "past",
        /// The meeting was agreed in another way, such as by another link.
        Closed = "closed",
    }
}
