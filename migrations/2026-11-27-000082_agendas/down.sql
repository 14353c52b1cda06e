DROP TABLE agendas, meeting_questions;
