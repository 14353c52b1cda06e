ALTER TABLE busy_calendars
    ALTER COLUMN events DROP DEFAULT,
    ALTER COLUMN spans DROP DEFAULT,
    ALTER COLUMN faults DROP DEFAULT,
    ALTER COLUMN expanded_until DROP DEFAULT;
DELETE FROM meeting_offers WHERE token_hash IS NULL;
ALTER TABLE meeting_offers ALTER COLUMN token_hash SET NOT NULL;
