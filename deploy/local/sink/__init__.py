"""The local sink of demonstrations and tests: takes e-mails and SMS, delivers them to files only."""
