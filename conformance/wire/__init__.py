"""Bytes in, bytes out: messages, keys, signing. Knows no model and no checks."""
