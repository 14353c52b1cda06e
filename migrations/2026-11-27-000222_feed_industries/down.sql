DROP INDEX feeds_industry_idx;
