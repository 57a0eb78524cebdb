"""PayFac: an API of the Checkout.com family; refunds are signed the PayNearMe way."""
