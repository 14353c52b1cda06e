DROP INDEX contacts_do_not_contact_idx, contacts_relationship_idx, contacts_how_found_idx, contacts_created_idx,
    companies_industry_keys_idx, companies_tag_keys_idx, contacts_industry_keys_idx, contacts_tag_keys_idx;
DROP FUNCTION inroad_lowered(text[]);
