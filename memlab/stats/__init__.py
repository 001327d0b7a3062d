"""Statistics: the only place that averages. Users are the unit of uncertainty."""

MIN_USERS = 6
ROUNDING = 1e-9
