DROP TABLE follow_up_runs, follow_up_plans;
