"""Backups of the services' databases: one sealed file each and what it must hold, tried by being restored."""
