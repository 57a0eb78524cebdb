"""Flowlix emulated: keys `api_test_sk_`, upper-case statuses, refunds of their own."""
