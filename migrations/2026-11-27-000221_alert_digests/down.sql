DROP TABLE alert_digests;
