"""Finding a payment, seeing what happened, giving money back."""
