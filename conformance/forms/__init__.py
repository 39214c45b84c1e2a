"""Counterexamples in forms that others can read or run: curl, pytest, Mermaid, HAR."""
