"""The first start: practise or set up."""
