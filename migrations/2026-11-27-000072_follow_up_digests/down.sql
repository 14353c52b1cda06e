DROP TABLE follow_up_digests;
