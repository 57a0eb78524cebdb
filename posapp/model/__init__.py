"""What the business is: values and rules. No Qt, no network, no SQL, no clock, no disk."""
