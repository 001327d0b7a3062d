"""What of a run is set against another's: its questions one by one, or its users where no question is shared."""

from collections.abc import Mapping, Sequence

from memlab.build import metrics
from memlab.config import nearest
from memlab.metrics.session_proxy import UNITS
from memlab.results import Result, ResultError
from memlab.stats.paired import Key, user_means

SESSIONS = ("satisfaction", *UNITS)


def paired_by(result: Result, metric: str) -> str:
    """`question`; or `user`, where users react (another strategy is asked other things) and for figures of sessions."""
    return "user" if result.reacts or _per(result, metric) == "session" else "question"


def pairable(result: Result, metric: str, kind: str | None = None) -> Mapping[Key, float]:
    """Scores by what is paired: by (user, question), or each user's own mean; empty where nothing is scored.

    Args:
        kind: Whose questions count; None for all. Sessions are of no kind.
    """
    if _per(result, metric) == "session":
        return {} if kind is not None else user_means(result.session_scores.get(metric, {}))
    scores = result.scores.get(metric, {})
    if kind is not None:
        scores = {key: value for key, value in scores.items() if result.kinds[key] == kind}
    return user_means(scores) if result.reacts else scores


def check_pairable(results: Sequence[Result], metric: str) -> None:
    """Refuses a metric by which no run can be set against another.

    Raises:
        ResultError: There is no such metric; it separates classes of questions; no run is scored by it.
    """
    known = {m.name: m for r in results[:1] for m in metrics(r.config["config_dir"])}
    if metric not in known:
        raise ResultError(f"there is no metric {metric!r}; {nearest(metric, known)}")
    if known[metric].summary == "separation":
        raise ResultError(
            f"{metric} tells two classes of questions apart, so neither a question nor a user has a value of it that "
            "could be paired; `memlab report` shows it with its interval"
        )
    if not any(pairable(r, metric) for r in results if r.summary):
        scored = {name for r in results if r.summary for name in (*r.scores, *r.session_scores) if name in known}
        felt = "it is judged of users who react, as on source=reacting"
        raise ResultError(f"no run is scored by {metric}; {felt if metric in SESSIONS else nearest(metric, scored)}")


def _per(result: Result, metric: str) -> str:
    return {m.name: m.per for m in metrics(result.config["config_dir"])}.get(metric, "query")
