DROP TABLE lint_settings;
