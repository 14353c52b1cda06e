-- Who is told by mail of what is done with the link of an offer.

ALTER TABLE meeting_offers
    -- Whoever offered the times. No foreign key: the offer outlives them as a member.
    ADD COLUMN made_by uuid,
    ADD COLUMN wants_mail boolean NOT NULL DEFAULT false,
    -- Whether whoever books is sent an invitation for their calendar.
    ADD COLUMN invite boolean NOT NULL DEFAULT false;
