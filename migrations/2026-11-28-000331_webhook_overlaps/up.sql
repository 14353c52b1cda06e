-- Secrets that were replaced while another one still overlapped, the newest first, and until when each holds.
ALTER TABLE webhook_endpoints ADD COLUMN earlier_secrets bytea[] NOT NULL DEFAULT '{}';
ALTER TABLE webhook_endpoints ADD COLUMN earlier_until timestamptz[] NOT NULL DEFAULT '{}';
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_earlier_check
    CHECK (cardinality(earlier_secrets) = cardinality(earlier_until)) NOT VALID;
ALTER TABLE webhook_endpoints VALIDATE CONSTRAINT webhook_endpoints_earlier_check;
-- What became of the key that an endpoint was made with: it was revoked, has expired, or may read changes no more.
ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_reason_check;
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_reason_check
    CHECK (disabled_reason IN ('gone', 'failing', 'maker_left', 'key_revoked', 'key_expired', 'scope_lost')) NOT VALID;
ALTER TABLE webhook_endpoints VALIDATE CONSTRAINT webhook_endpoints_reason_check;
