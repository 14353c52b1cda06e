DROP TABLE mail_accounts;
