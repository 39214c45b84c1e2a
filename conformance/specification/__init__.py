"""The specification, told to people and to other tools: diagrams, Markdown tables, one JSON document.

Everything is computed from the tables of the model; nothing is stated here a second time.
"""
