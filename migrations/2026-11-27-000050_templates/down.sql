DROP INDEX messages_template_idx;
ALTER TABLE messages DROP CONSTRAINT messages_template_check, DROP CONSTRAINT messages_template_fkey;
DROP TABLE template_versions, templates, seeker_profiles;
