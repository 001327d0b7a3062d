"""Whether the statistics keep what they promise, on drawn studies whose truth is known."""
