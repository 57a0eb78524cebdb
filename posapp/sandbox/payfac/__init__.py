"""PayFac emulated: the Checkout.com family of calls with signed refunds."""
