"""Clients under test and the drivers that make them act."""
