"""Reports: tables and figures of finished runs, read from their files only."""
