"""The stateful mock service and its thin shells."""
