"""Failure injection: the real bot as child processes, before a Slack and a Teams that fail at random."""
