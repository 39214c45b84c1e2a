"""What must hold: short pure functions over one observation, each tied to a requirement."""
