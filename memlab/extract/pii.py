"""Personal identifiers in a text: card numbers, IBANs, phone numbers and e-mail addresses, by pattern and check digit.

A number counts as a card's only if its Luhn digit fits, as an IBAN only if its remainder by 97 does.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
CARD = re.compile(r"(?<![\w+])\d(?:[ -]?\d){12,18}(?!\w)")
EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b")
PHONE = re.compile(r"(?<![\w$£€.,])(?:\+|00)?(?:\(\d{1,5}\)|\d)(?:[ ./-]?(?:\(\d{1,5}\)|\d)){7,14}(?![\w%])")
PHONE_DIGITS = range(9, 16)
CARD_DIGITS = range(13, 20)
SEPARATED_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


def redacted(text: str) -> str:
    """The text with every personal identifier replaced by what it is; the very same text where there is none.

    >>> redacted("Card 4111 1111 1111 1111, mail me at ada@example.org.")
    'Card [card number], mail me at [e-mail].'
    """
    for what, pattern, holds in KINDS:
        text = pattern.sub(partial(_without, what, holds), text)
    return text


def _without(what: str, holds: Callable[[str], bool], found: re.Match[str]) -> str:
    """What was found, the longest beginning that is an identifier named: what follows a number is no part of it."""
    written = found.group()
    end = _end(written, holds)
    return f"[{what}]{written[end:]}" if end else written


def _end(written: str, holds: Callable[[str], bool]) -> int:
    """Where the longest beginning in whole groups ends that a check digit bears out, 0 where none does."""
    if holds not in CHECKED:
        return len(written) if holds(written) else 0
    groups = (n for n in range(len(written), 0, -1) if n == len(written) or not written[n].isalnum())
    return next((n for n in groups if written[n - 1].isalnum() and holds(written[:n])), 0)


def identifiers(text: str) -> Iterator[str]:
    """What kinds of identifier a text holds, in order of kind: `card number`, `IBAN`, `e-mail`, `phone number`."""
    for what, pattern, holds in KINDS:
        if any(_end(found.group(), holds) for found in pattern.finditer(text)):
            yield what


def _is_iban(written: str) -> bool:
    plain = re.sub(r"[ -]", "", written)
    digits = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
    return 15 <= len(plain) <= 34 and int(digits) % 97 == 1


def _is_card(written: str) -> bool:
    digits = [int(sign) for sign in written if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return len(digits) in CARD_DIGITS and len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_phone(written: str) -> bool:
    digits = sum(map(str.isdigit, written))
    return digits in PHONE_DIGITS and not SEPARATED_DATE.search(written) and written[0] in "+0("


CHECKED = (_is_iban, _is_card)
KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("IBAN", IBAN, _is_iban),
    ("card number", CARD, _is_card),
    ("e-mail", EMAIL, bool),
    ("phone number", PHONE, _is_phone),
)
