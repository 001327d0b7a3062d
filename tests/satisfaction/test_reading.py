"""A log is read as it stands in either form, or refused with the rows that are wrong and what would be right."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from make_log import START, Made, design, made

from memlab.satisfaction.columns import LogError
from memlab.satisfaction.reading import read_log


@pytest.fixture
def log() -> Made:
    return made(users=30, sessions=3, burn_in=1)


def test_both_forms_say_the_same(log, tmp_path):
    one, other = read_log(*log.csv(tmp_path), design()), read_log(*log.parquet(tmp_path), design())
    assert list(one.exposures.users) == list(other.exposures.users)
    assert (one.at == other.at).all()
    assert (one.whose == other.whose).all()
    assert (one.before == other.before).all()
    assert one.before.sum() == 30
    assert one.outcomes.keys() == other.outcomes.keys() == {"held", "resolved", "turns_to_resolution", "satisfaction"}
    for name, values in one.outcomes.items():
        assert np.array_equal(values, other.outcomes[name], equal_nan=True), name
    assert np.isnan(one.outcomes["turns_to_resolution"]).any()


def test_times_of_any_zone_are_the_same_moment(log, tmp_path):
    moved = [
        row | {"at": (row["at"] + timedelta(hours=2)).isoformat().replace("+00:00", "+02:00")} for row in log.outcomes
    ]
    one = read_log(*log.csv(tmp_path), design())
    assert (read_log(*Made(log.exposures, moved).csv(tmp_path), design()).at == one.at).all()


def test_words_are_told_as_unused(log, tmp_path):
    for row in log.outcomes:
        row["device"] = "phone"
    log.exposures[0]["country"] = "NL"
    found = read_log(*log.csv(tmp_path), design())
    assert found.unused == ("exposures.csv: country", "outcomes.csv: device")


def spoil(rows: str, place: int, **values):
    def change(log: Made):
        getattr(log, rows)[place].update(values)

    return change


def again(rows: str, place: int, **values):
    def change(log: Made):
        getattr(log, rows).append(getattr(log, rows)[place] | values)

    return change


def other_arm(log: Made):
    own = log.exposures[4]
    log.exposures.append(own | {"arm": "hybrid" if own["arm"] == "none" else "none"})


def without(rows: str, column: str):
    def change(log: Made):
        for row in getattr(log, rows):
            row.pop(column)

    return change


BROKEN = [
    (again("exposures", 2), r"exposures: a user is exposed to the same arm again in 1 row \(31\); keep the first"),
    (other_arm, r"exposures: a user is in two arms in 1 row \(31\); a user may be in one arm only, or .*paired=true"),
    (
        spoil("exposures", 3, arm="rag"),
        r"exposures: arm is none of none, hybrid but rag in 1 row \(4\); name both arms",
    ),
    (spoil("exposures", 3, arm=""), r"exposures: arm is blank in 1 row \(4\); every row must say its arm"),
    (spoil("exposures", 0, user=None), r"exposures: user is blank in 1 row \(1\)"),
    (spoil("exposures", 3, at=None), r"exposures: at is blank in 1 row \(4\); write ISO 8601 with a zone"),
    (
        without("exposures", "arm"),
        r"exposures: no column 'arm'; it has user, at, segment_mood, and needs user, arm, at",
    ),
    (without("outcomes", "session"), r"outcomes: no column 'session'; .* needs user, session, at, satisfaction"),
    (without("outcomes", "satisfaction"), r"outcomes: no column 'satisfaction'"),
    (spoil("outcomes", 6, user="nobody"), r"outcomes: a user has outcomes and no exposure in 1 row \(7\); add the"),
    (
        spoil("outcomes", 1, at=START - timedelta(days=9)),
        r"outcomes: an outcome precedes the user's exposure in 1 row \(2\)",
    ),
    (
        spoil("outcomes", 0, at=START + timedelta(days=99)),
        r"outcomes: a session is marked burn_in and does not precede",
    ),
    (
        spoil("outcomes", 3, at=START + timedelta(days=1.5)),
        r"outcomes: a session is earlier than one of a lower number",
    ),
    (again("outcomes", 5), r"outcomes: a user's session is there a second time in 1 row \(121\); one row for each"),
    (spoil("outcomes", 5, session=1.5), r"outcomes: session is no whole number in 1 row \(6\)"),
    (spoil("outcomes", 5, session=None), r"outcomes: session is blank in 1 row \(6\)"),
    (spoil("outcomes", 9, satisfaction=None), r"outcomes: satisfaction is blank in 1 row \(10\); it must be known of"),
    (
        spoil("outcomes", 9, satisfaction=float("nan")),
        r"outcomes: satisfaction is NaN or infinite in 1 row \(10\); leave",
    ),
    (spoil("outcomes", 9, satisfaction=float("inf")), r"outcomes: satisfaction is NaN or infinite in 1 row \(10\)"),
    (spoil("outcomes", 9, held=False, resolved=True), r"outcomes: resolved is not 0 though the session was not held"),
]


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(("change", "says"), BROKEN, ids=[says[:60] for _, says in BROKEN])
def test_a_broken_log_is_refused_with_its_rows(log, tmp_path, change, says, form):
    change(log)
    paths = getattr(log, form)(tmp_path)
    with pytest.raises(LogError, match=says.replace(":", rf".{form}:", 1)):
        read_log(*paths, design())


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"satisfaction": "good"}, r"satisfaction is no number in 1 row \(5\); write numbers, true or false"),
        ({"resolved": "maybe"}, r"resolved is no number in 1 row \(5\)"),
        ({"at": "2026-03-05T09:00:00"}, r"at says no time zone in 1 row \(5\); write ISO 8601 with a zone"),
        ({"at": "yesterday"}, r"at is no time in 1 row \(5\)"),
        ({"at": "2026-03-05"}, r"at says no time zone in 1 row \(5\)"),
        ({"user": '"' + "u" * 200_000}, r"outcomes.csv: cannot be read as csv: .*; close every quote"),
        ({"burn_in": "perhaps"}, r"burn_in is no number in 1 row \(5\)"),
        ({"burn_in": None}, r"burn_in is blank in 1 row \(5\); write true or false"),
    ],
)
def test_what_only_csv_can_say_is_refused(log, tmp_path, values, says):
    log.outcomes[4].update(values)
    with pytest.raises(LogError, match=says):
        read_log(*log.csv(tmp_path), design())


def test_naive_times_in_parquet_are_refused(log, tmp_path):
    exposures, outcomes = log.parquet(tmp_path)
    pq.write_table(pa.table({"user": ["u0000"], "arm": ["none"], "at": [datetime(2026, 3, 1)]}), exposures)
    with pytest.raises(
        LogError, match=r"exposures.parquet: at says no time zone in 1 row \(1\); store timestamps with"
    ):
        read_log(exposures, outcomes, design())


def test_many_wrong_rows_are_counted_and_the_first_named(log, tmp_path):
    for row in log.outcomes[10:]:
        row["satisfaction"] = float("nan")
    with pytest.raises(LogError, match=r"in 110 rows \(11, 12, 13, 14, 15, …\)"):
        read_log(*log.csv(tmp_path), design())


def test_an_outcome_that_is_not_of_every_session_must_say_so(log, tmp_path):
    log.outcomes[9]["satisfaction"] = None
    node = {"satisfaction": {"per": "occurrence", "higher_is_better": True}}
    found = read_log(*log.csv(tmp_path), design(outcomes=node))
    assert np.isnan(found.outcomes["satisfaction"]).sum() == 1


def test_a_session_before_the_exposure_is_refused_where_nothing_marks_a_burn_in(tmp_path):
    log = made(users=5, sessions=2)
    log.outcomes[0]["at"] -= timedelta(days=1)
    with pytest.raises(
        LogError, match=r"precedes .* mark sessions of the burn-in in a column burn_in, or leave them out"
    ):
        read_log(*log.csv(tmp_path), design())


def test_a_paired_log_has_each_user_in_both_arms(tmp_path):
    log, plan = made(users=8, sessions=2, paired=True), design(paired=True)
    assert read_log(*log.csv(tmp_path), plan).paired
    del log.exposures[3]
    with pytest.raises(LogError, match=r"exposures.csv: a user is not in every arm in 1 row \(3\)"):
        read_log(*log.csv(tmp_path), plan)


def test_the_arm_of_an_outcome_must_be_the_users(tmp_path):
    log = made(users=8, sessions=2)
    for row in log.outcomes:
        row["arm"] = "hybrid"
    with pytest.raises(LogError, match=r"the arm is another than the one that the user was exposed to .* both logs"):
        read_log(*log.csv(tmp_path), design())


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.txt", "user", "x.txt: a log ends in .csv or .parquet"),
        ("x.csv", "user,arm,at\n", "x.csv: there are no rows"),
        ("x.csv", "user,arm,at\nu,none\n", "x.csv: row 1 has 2 fields and the header 3; put fields with a comma in"),
        ("x.csv", "user,user,at\nu,v,w\n", "x.csv: column 'user' is there twice"),
        ("x.parquet", "not parquet", "x.parquet: cannot be read as parquet"),
    ],
)
def test_what_is_no_table_is_refused(log, tmp_path, name, content, says):
    _, outcomes = log.csv(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(LogError, match=says):
        read_log(tmp_path / name, outcomes, design())


def test_a_file_that_is_not_there_is_named(log, tmp_path):
    _, outcomes = log.csv(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"away.csv is not there"):
        read_log(tmp_path / "away.csv", outcomes, design())


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S+00", "%Y-%m-%d %H:%M:%S.000+00:00", "%Y%m%dT%H%M%SZ"])
def test_times_as_databases_write_them_are_read(log, tmp_path, form):
    at = log.outcomes[4]["at"]
    log.outcomes[4]["at"] = at.strftime(form)
    assert np.datetime64(at.replace(tzinfo=None)) in read_log(*log.csv(tmp_path), design()).at


def test_parquet_times_of_nanoseconds_are_read_and_columns_of_lists_refused(log, tmp_path):
    exposures, outcomes = log.parquet(tmp_path)
    table = pq.read_table(outcomes)
    fine = pa.array([value.value + 1 for value in table["at"].to_pandas()], pa.timestamp("ns", tz="UTC"))
    pq.write_table(table.set_column(table.column_names.index("at"), "at", fine), outcomes)
    assert len(read_log(exposures, outcomes, design()).at) == len(log.outcomes)
    lists = pa.array([[user] for user in table["user"].to_pylist()])
    pq.write_table(table.set_column(table.column_names.index("user"), "user", lists), outcomes)
    with pytest.raises(LogError, match=r"outcomes.parquet: column 'user' is of type list<.*>; it must hold words"):
        read_log(exposures, outcomes, design())
