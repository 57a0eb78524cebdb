"""Taking an order and a payment with the caller on the line."""
