ALTER TABLE alerts DROP COLUMN meeting_question_ids;
ALTER TABLE alerts DROP COLUMN research_note_id;
