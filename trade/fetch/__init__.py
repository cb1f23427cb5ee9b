"""Fetching statistics from where they are published; a broken-off fetch goes on where it ended."""
