"""Pages of the mock that a browser shows: the buyer's, and the script of the button."""
