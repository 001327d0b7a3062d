"""What an A/B experiment says, in three lines: the effect, whether one may stop, and what guards both."""

from memlab.report.cells import plus, share
from memlab.satisfaction.analysis import Analysis
from memlab.satisfaction.looks import MIN_EACH, first_stop
from memlab.stats.mean import Mean

NO_VERDICT = "no verdict"


def verdict(found: Analysis) -> tuple[str, str, str]:
    """Lines of about 80 letters: `effect:`, `peeking:` and `guard:`.

    Where users were lost or assigned otherwise than meant, the first two lines give no verdict and the last says why.
    """
    return f"effect:  {_effect(found)}", f"peeking: {_peeking(found)}", f"guard:   {_guard(found)}"


def alarm(found: Analysis) -> str | None:
    """Why no effect of this log can be trusted; None where nothing speaks against it."""
    if found.split is not None and found.split.p < found.design.mismatch:
        meant = " : ".join(f"{n:,.0f}" for n in found.split.expected.values())
        return f"ALARM, {_counts(found)} where {meant} were meant (p {p_value(found.split.p)}): trust no effect"
    if found.lost_p < found.design.mismatch:
        lost = " : ".join(f"{count.silent:,}" for count in found.counts.values())
        return f"ALARM, {lost} users lost (p {p_value(found.lost_p)}): trust no effect"
    return None


def p_value(p: float) -> str:
    """Three decimals without a leading zero; below .001 the magnitude.

    >>> p_value(0.0321), p_value(0.00042), p_value(1.0), p_value(0.0)
    ('.032', '<.001', '1', '<.0001')
    """
    if p < 0.001:
        return "<.001" if p >= 0.0001 else "<.0001"
    return "1" if p >= 0.9995 else f"{p:.3f}"[1:]


def signed(mean: Mean) -> str:
    """A difference with its sign and interval.

    >>> signed(Mean(0.1, -0.05, 0.25, 9, 9))
    '+.100 [-.050, +.250]'
    """
    ends = "" if mean.low is None or mean.high is None else f" [{plus(mean.low)}, {plus(mean.high)}]"
    return plus(mean.mean) + ends


def _effect(found: Analysis) -> str:
    one, design = found.primary, found.design
    word = NO_VERDICT if alarm(found) else one.verdict
    return f"{design.b} over {design.a}, {one.outcome.name} {signed(one.mean)}: {word}"


def _peeking(found: Analysis) -> str:
    looks, stop = found.looks, first_stop(found.looks, found.design.confidence)
    if not any(look.low is not None for look in looks):
        few = not looks or looks[-1].users < MIN_EACH
        why = f"a look needs at least {MIN_EACH} users in each arm" if few else "users do not differ"
        return f"no look counts: {why}"
    told = f"always-valid p {p_value(looks[-1].p)}, {len(looks)} look{'s' if len(looks) > 1 else ''}"
    if alarm(found):
        return f"{told}; {NO_VERDICT}"
    return f"{told}; one may not stop yet" if stop is None else f"{told}; could have stopped {looks[stop].when}"


def _guard(found: Analysis) -> str:
    wrong = alarm(found)
    if wrong is not None:
        return wrong
    least = found.primary.detectable
    seen = "what could have been seen is not known" if least is None else f"{share(least).text} could have been seen"
    if found.split is None:
        users, told = found.counts[found.design.a].users, found.primary.mean.users
        return f"{users:,} users under both arms, {users - told:,} lost; {seen}"
    silent = sum(count.silent for count in found.counts.values())
    return f"{_counts(found)} (p {p_value(found.split.p)}), {silent:,} lost; {seen}"


def _counts(found: Analysis) -> str:
    return " : ".join(f"{count.users:,}" for count in found.counts.values()) + " users"
