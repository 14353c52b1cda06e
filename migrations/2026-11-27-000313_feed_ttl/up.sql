-- How long the file that was read last asks not to be read again: one that is the same says nothing anew.
ALTER TABLE feeds ADD COLUMN ttl_minutes integer;
