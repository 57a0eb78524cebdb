"""Every call of every API, once around: our model, the wire, the training gateway and back."""
