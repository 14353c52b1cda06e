DROP TABLE external_ids, positions, contacts, companies;
