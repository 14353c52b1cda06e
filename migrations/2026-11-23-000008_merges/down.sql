DROP TABLE erased_keys, contact_redirects, contact_merges, duplicate_dismissals;
