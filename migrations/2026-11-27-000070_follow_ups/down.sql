DROP TABLE follow_up_settings, follow_ups;
REVOKE SELECT (time_zone) ON users FROM inroad_tenant;
