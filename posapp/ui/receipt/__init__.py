"""The receipt on screen, as a file and on paper."""
