"""Subjects that are each wrong in one known way, and right ones that are unusual: what the kit is measured with.

Nothing but the command `power`, the tests and the benchmarks imports them.
"""
