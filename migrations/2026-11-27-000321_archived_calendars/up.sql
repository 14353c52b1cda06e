-- What comes with an archive: an offer has no link, and what follows from a calendar's file is found out anew.

ALTER TABLE meeting_offers ALTER COLUMN token_hash DROP NOT NULL;
ALTER TABLE busy_calendars
    ALTER COLUMN events SET DEFAULT 0,
    ALTER COLUMN spans SET DEFAULT 0,
    ALTER COLUMN faults SET DEFAULT '[]',
    ALTER COLUMN expanded_until SET DEFAULT 'epoch';
