"""Runs scenarios, records traces, calls checks, emits events."""
