ALTER TABLE feeds DROP COLUMN ttl_minutes;
