UPDATE webhook_endpoints SET disabled_reason = NULL WHERE disabled_reason = 'maker_left';
ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_reason_check;
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_reason_check
    CHECK (disabled_reason IN ('gone', 'failing')) NOT VALID;
ALTER TABLE webhook_endpoints VALIDATE CONSTRAINT webhook_endpoints_reason_check;
