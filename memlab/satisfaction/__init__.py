"""Whether a memory makes its user content: simulated users who react, and what their reactions may be used to claim."""
