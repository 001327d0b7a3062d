"""Metrics judge traces: one file each, a declaration on top and one pure function below."""
