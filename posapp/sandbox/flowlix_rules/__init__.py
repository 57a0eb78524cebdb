"""What both Flowlix generations have in common: cards, the life of a payment, pages, errors."""
