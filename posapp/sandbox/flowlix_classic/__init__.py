"""Flowlix classic emulated: keys `fl_test_sk_`, lower-case statuses, asynchronous."""
