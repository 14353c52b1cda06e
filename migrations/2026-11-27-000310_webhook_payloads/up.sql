-- An endpoint may ask for resources as they are, and ends with the API key that it was made with.
ALTER TABLE webhook_endpoints ADD COLUMN payload text NOT NULL DEFAULT 'thin'
    CONSTRAINT webhook_endpoints_payload_check CHECK (payload IN ('thin', 'full'));
-- It points to nothing, so that it can say which key is gone.
ALTER TABLE webhook_endpoints ADD COLUMN made_with uuid;
ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_reason_check;
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_reason_check
    CHECK (disabled_reason IN ('gone', 'failing', 'maker_left', 'key_revoked')) NOT VALID;
ALTER TABLE webhook_endpoints VALIDATE CONSTRAINT webhook_endpoints_reason_check;
