"""Which memories a reader used: each is left out, and what that does is held against placebos in its place."""
