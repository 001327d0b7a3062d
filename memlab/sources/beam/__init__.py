"""BEAM: long chats of a user and an assistant, read from upstream's folders."""

from memlab.sources.beam.source import Beam

__all__ = ["Beam"]
