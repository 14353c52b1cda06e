ALTER TABLE meeting_offers DROP COLUMN made_by, DROP COLUMN wants_mail, DROP COLUMN invite;
