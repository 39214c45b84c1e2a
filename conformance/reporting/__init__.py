"""Listeners on the engine's events: terminal and JSON."""
