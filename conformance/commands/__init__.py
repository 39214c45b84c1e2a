"""The commands: a module each, with its arguments and what it does, which is to call the engine and print."""
