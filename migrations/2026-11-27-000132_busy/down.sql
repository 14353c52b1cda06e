DROP TABLE busy_times, busy_calendars;
