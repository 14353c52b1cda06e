DROP TABLE audit_heads, audit_log;
