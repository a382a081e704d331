"""What is kept: the database, settings, backups, and keys in the OS keyring. The only floor that knows SQLite and keyring."""
