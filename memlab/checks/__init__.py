"""The conformance suite: what every strategy owes, as small public functions. `memlab check strategy=NAME` runs it."""

from memlab.checks.subject import CheckFailed, NotApplicable, Subject, subject
from memlab.checks.suite import CHECKS, EXEMPT, Result, check, in_lines

__all__ = ["CHECKS", "EXEMPT", "CheckFailed", "NotApplicable", "Result", "Subject", "check", "in_lines", "subject"]
