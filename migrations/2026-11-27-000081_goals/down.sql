DROP TABLE questions, goals;
