DROP TABLE inbound_mails;
DROP TABLE inbound_addresses;
