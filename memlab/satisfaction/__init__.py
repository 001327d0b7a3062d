"""Whether users are served: simulated ones who react, and A/B experiments on them or on a product's logs."""
