-- What was written by invited people stays.
ALTER TABLE changes DROP CONSTRAINT changes_actor_check;
ALTER TABLE changes ADD CONSTRAINT changes_actor_check CHECK (actor_kind IN ('member', 'job')) NOT VALID;
DROP TABLE meeting_offers;
