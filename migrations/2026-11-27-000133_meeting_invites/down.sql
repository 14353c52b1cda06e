DROP TABLE meeting_invites;
