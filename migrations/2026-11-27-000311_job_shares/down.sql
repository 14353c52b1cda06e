DROP INDEX jobs_in_hand_idx;
