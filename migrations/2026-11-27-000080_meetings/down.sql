REVOKE SELECT (time_zone) ON users FROM inroad_tenant;
DROP TABLE meeting_settings, meeting_contacts, meetings;
DROP EXTENSION btree_gist;
