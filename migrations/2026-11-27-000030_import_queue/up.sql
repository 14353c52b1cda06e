-- Imports of one workspace come one after the other. While one waits for its turn: until when whoever has it has
-- promised to look after it. Once it runs, a lock tells.
ALTER TABLE imports ADD COLUMN waits_until timestamptz;
