"""The specification as data, and the tiny interpreter that steps through it.

Knows no HTTP library, no JSON Schema and no Hypothesis. Every row cites `api-facts` and carries its trust
tag; a row tagged "?" is never asserted of anybody, it is a switch of the mock and one more permitted answer.
"""
