ALTER TABLE feeds DROP COLUMN given_url;
DELETE FROM trash WHERE kind = 'feed';
DELETE FROM feeds WHERE deleted_at IS NOT NULL;
ALTER TABLE feeds DROP COLUMN deleted_at;
