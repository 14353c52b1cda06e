-- Calendars that are fetched from a URL. One that is a file has none of it.

ALTER TABLE busy_calendars
    -- Encrypted: such a URL opens the calendar to whoever has it.
    ADD COLUMN source_url bytea,
    ADD COLUMN source_host text,
    -- What the server said of the file that is kept, for conditional requests.
    ADD COLUMN etag text,
    ADD COLUMN last_modified text,
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN next_fetch_at timestamptz,
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN fetch_error text,
    ADD CONSTRAINT busy_calendars_source_check
        CHECK (num_nonnulls(source_url, source_host, next_fetch_at) IN (0, 3));
CREATE INDEX busy_calendars_fetch_idx ON busy_calendars (next_fetch_at) WHERE next_fetch_at IS NOT NULL;
