"""What `memlab data` does: data sets are listed, fetched, verified, described and searched for leaks."""
