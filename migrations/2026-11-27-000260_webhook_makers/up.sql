-- An endpoint is turned off when whoever made it leaves the workspace.
ALTER TABLE webhook_endpoints DROP CONSTRAINT webhook_endpoints_reason_check;
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_reason_check
    CHECK (disabled_reason IN ('gone', 'failing', 'maker_left')) NOT VALID;
ALTER TABLE webhook_endpoints VALIDATE CONSTRAINT webhook_endpoints_reason_check;
