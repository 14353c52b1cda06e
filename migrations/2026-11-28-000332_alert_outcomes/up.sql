-- What the seeker made of an alert. They point to nothing: what was made may be gone since.
ALTER TABLE alerts ADD COLUMN research_note_id uuid;
ALTER TABLE alerts ADD COLUMN meeting_question_ids uuid[] NOT NULL DEFAULT '{}';
