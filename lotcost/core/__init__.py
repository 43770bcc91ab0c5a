"""Which layers supply an issue and what they cost: pure functions over values."""
