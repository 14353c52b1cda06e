-- Until when a runner has the job in hand; nothing while it waits. It tells what runs from what waits for its time.
ALTER TABLE jobs ADD COLUMN claimed_until timestamptz;
