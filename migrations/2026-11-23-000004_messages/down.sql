DROP TABLE messages, do_not_contact;
