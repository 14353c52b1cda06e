-- What was turned off so stays.
ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_reason_check;
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_reason_check
    CHECK (disabled_reason IN ('gone', 'failing', 'maker_left')) NOT VALID;
ALTER TABLE webhook_endpoints DROP COLUMN made_with, DROP COLUMN payload;
