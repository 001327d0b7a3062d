"""Personal identifiers are found by pattern and check digit."""

import pytest

from memlab.extract.pii import identifiers, redacted


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("4111 1111 1111 1111", "card number"),
        ("5500-0000-0000-0004", "card number"),
        ("GB82 WEST 1234 5698 7654 32", "IBAN"),
        ("DE89370400440532013000", "IBAN"),
        ("ada.l+x@mail.example.org", "e-mail"),
        ("+44 20 7946 0958", "phone number"),
        ("(030) 901820-17", "phone number"),
    ],
)
def test_an_identifier_is_redacted_and_what_is_around_it_stays(text, what):
    said = f"user: It is {text}, keep it."
    assert list(identifiers(said)) == [what]
    assert redacted(said) == f"user: It is [{what}], keep it."


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # the check digit is wrong
        "0000 0000 0000 0000",
        "GB82 WEST 1234 5698 7654 33",
        "I was born on 1984-05-17 at 06:30.",
        "The lottery paid $1,250,000,000 in 2019.",
        "Order 12345678 costs 1 234.50 euros.",
        "meet me @ noon",
    ],
)
def test_what_only_looks_like_one_stays(text):
    assert redacted(text) == text
