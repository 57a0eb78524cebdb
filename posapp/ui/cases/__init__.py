"""Everything that waits for a person or for an answer."""
