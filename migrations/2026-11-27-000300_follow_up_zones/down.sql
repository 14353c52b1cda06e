DROP INDEX follow_ups_moving_idx;
