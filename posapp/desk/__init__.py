"""What staff do: take a payment, give money back, look up what is not known."""
