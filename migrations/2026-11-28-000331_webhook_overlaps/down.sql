ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_reason_check;
UPDATE webhook_endpoints SET disabled_reason = 'key_revoked' WHERE disabled_reason IN ('key_expired', 'scope_lost');
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_reason_check
    CHECK (disabled_reason IN ('gone', 'failing', 'maker_left', 'key_revoked')) NOT VALID;
ALTER TABLE webhook_endpoints VALIDATE CONSTRAINT webhook_endpoints_reason_check;
ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_earlier_check;
ALTER TABLE webhook_endpoints DROP COLUMN earlier_until;
ALTER TABLE webhook_endpoints DROP COLUMN earlier_secrets;
