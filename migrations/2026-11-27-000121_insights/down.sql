DROP TABLE insights;
DROP FUNCTION inroad_lower(text);
