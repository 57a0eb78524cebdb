"""Flowlix webhooks: what happened to payments and refunds, told to the merchant's own address."""
