-- An account that came with an archive has no password until somebody gives it one.

ALTER TABLE mail_accounts ALTER COLUMN password SET DEFAULT '';
