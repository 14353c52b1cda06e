DROP INDEX meetings_medium_idx;
