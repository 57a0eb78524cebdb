"""A sale as people get it: on screen, as PDF, on paper."""
