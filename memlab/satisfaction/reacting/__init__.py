"""Simulated users who react to replies: a source of lives, whose user is one pure step function."""
