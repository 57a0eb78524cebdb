"""What staff see: one folder a screen, shared widgets, the theme."""
