"""Telephone numbers in a text, as people of many countries write them: found by their shape and the words before.

A bare run of digits is a phone number only behind a word that says so: an order number looks the same.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_CANDIDATE = re.compile(
    r"(?<![\w$€£#/+-])(?<!\d[.,])(?:\+|\(\+?)?\d"
    r"(?:[ \u00a0]?[().\-/‑–]?[ \u00a0]?\d){5,17}"
    r"(?:,?[ ]?(?:x|#|ext(?:ension|n)?\.?|durchwahl|poste)[ ]?\d{1,6})?(?![\w%€]|[.,-]\d)",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"[x#,edp]", re.IGNORECASE)
_SEPARATOR = r"[ \u00a0.\-/‑–]"
_SHAPE = re.compile(
    r"\(?\+|00[1-9]"  # country code
    rf"|(?:1{_SEPARATOR}?)?\(?[2-9]\d\d\)?[ \u00a0.\-/‑–]{{0,2}}\d{{3}}{_SEPARATOR}\d{{4}}(?!\d)"  # North America
    rf"|\(?0\d{{1,4}}\)?[ \u00a0.\-/‑–]{{1,3}}\d{{2,8}}(?:{_SEPARATOR}?\d+){{0,4}}$"  # trunk zero, most of Europe
    r"|\(\d{2,5}\)"
)
# Without a country code or zero in front, the groups tell: their lengths, all parted by the same sign.
_GROUPS = re.compile(
    r"[2-9]\d{2}[ -]\d{4}"  # local: 555-0123
    r"|[2-9]\d{3}[ -]\d{4}"  # Norway, Hong Kong, Singapore
    r"|[6-9]\d{4}[ -]\d{5}"  # India
    r"|\d{2}([ .-])\d{2}(?:\1\d{2}){2,3}"  # Denmark, Norway, France without its zero
    r"|[1-9]([ .])\d{2}(?:\2\d{2}){3}"  # France without its zero
    r"|[1-9]\d{2}([ .-])\d{3}\3\d{3}"  # Spain, Poland, Czechia
    r"|[1-9]\d{2}([ .-])\d{3}\4\d{2}\4\d{2}"  # Turkey, Russia
    r"|[1-9]\d{2}([ .-])\d{2}(?:\5\d{2}){2}"  # Spain, Belgium
    r"|[1-9]\d([ .-])\d{3}\6\d{2}\6\d{2}"  # Switzerland, South Africa
    r"|[1-9]\d{0,2}([ .-])\d{2,3}\7\d{3}\7\d{3,4}"  # a country code without its plus
    r"|[1-9]\d([ -])\d{4}\8\d{4}"  # Brazil, Mexico
    r"|[1-9]\d{4}([ -])\d{3}\9\d{3}"  # Britain without its zero
)
_SIX_DIGITS = re.compile(r"\d\d([ -])\d\d\1\d\d")
_PHONE_WORD = re.compile(
    r"\b(?:phones?|telephone|tel|call(?:ed|ing)?|mobile|cell|cellphone|landline|whatsapp|signal|sms|fax|reach(?:able)?"
    r"|ring|text me|contact|number is|telefon\w*|handy(?:nummer)?|mobil(?:nummer)?|anrufen|ruf\w*|erreich\w*"
    r"|nummer (?:ist|lautet)|rückruf\w*|téléphone|portable|appel\w*|teléfono|móvil|llam\w+)\b",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"\b(?:orders?|tracking|parcel|invoice|ticket|case|item|article|product|model|part|sku|ean|isbn|upc|barcode"
    r"|reference|ref|serial|batch|lot|voucher|coupon|zip|postcode|sizes?|vat|tax|licen[cs]e|passport|driver'?s?|policy"
    r"|member(?:ship)?|account|customer (?:id|number|no)|sort code|routing|bestell\w*|auftrag\w*|rechnung\w*"
    r"|sendung\w*|artikel\w*|kundennummer|größe|plz|führerschein\w*|steuer\w*)\W+(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}(?!\d)|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d(?!\d)")
_YEARS = re.compile(r"(?:19|20)\d\d[ -](?:19|20)\d\d$")
_UNIT = re.compile(r" ?(?:€|%|eur\b|usd\b|gbp\b|chf\b|dollars?\b|euros?\b|kr\b|zł)", re.IGNORECASE)


def phones(text: str) -> Iterator[Span]:
    """Where a telephone number of 6 to 15 digits stands, its extension included."""
    for match in _CANDIDATE.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if _is_phone(match[0], before) and not _UNIT.match(text, match.end()):
            yield match.span()


def _is_phone(number: str, before: str) -> bool:
    number = _EXTENSION.split(number)[0].strip()
    digits = sum(char.isdigit() for char in number)
    if not 6 <= digits <= 15:
        return False
    if number[0] != "+" and (_DATE.search(number) or _YEARS.match(number)):
        return False
    if digits > 6 and _SHAPE.match(number):
        return True
    if _OTHER_NUMBER.search(before):
        return False
    if digits > 6 and _GROUPS.fullmatch(number):
        return True
    # Six digits are a local number in small countries, and a sum everywhere else: they need their groups.
    return bool(_PHONE_WORD.search(before)) and (
        digits > 6 or re.fullmatch(r"\d\d([ -])\d\d\1\d\d", number) is not None
    )
