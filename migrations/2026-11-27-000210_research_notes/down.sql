DROP TABLE research_notes;
DROP FUNCTION inroad_language_marks(text, text, text);
DROP FUNCTION inroad_language_query(text, text);
DROP FUNCTION inroad_language_words(text, text);
DROP FUNCTION inroad_search_language(text);
