"""What everybody at the till has to know, over every screen."""
