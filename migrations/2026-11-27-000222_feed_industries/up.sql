-- The feeds about the industries of somebody, whatever their case.
CREATE INDEX feeds_industry_idx ON feeds (workspace_id, inroad_lower(industry)) WHERE industry IS NOT NULL;
