"""Strategies, the contestants: each observes a user's events and recalls memories for a query. One file each."""
