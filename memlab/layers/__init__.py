"""Layers wrap a strategy and are strategies themselves: they drop or delay what goes in, reorder what comes out."""
