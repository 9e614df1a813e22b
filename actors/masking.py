"""A text without the customer's numbers and secrets, for whoever outside the house must read it: the LLM."""

from actors.message import Part
from actors.personal_data import FindingType, find_personal_data

PLACEHOLDERS: dict[FindingType, str] = {
    "CREDIT_CARD": "[card]",
    "IBAN": "[iban]",
    "SSN": "[ssn]",
    "EMAIL": "[email]",
    "PHONE": "[phone]",
    "IP_ADDRESS": "[ip]",
    "PASSWORD": "[password]",
}


class Masked(Part):
    """What is left of a text, and which types of personal data were taken out of it, in its order."""

    text: str
    masked: tuple[FindingType, ...] = ()


def mask(text: str) -> Masked:
    """The text with each card number, IBAN, SSN, e-mail, phone, IP address and password replaced by a placeholder.

    Order and tracking numbers stay: the shop's own patterns are never personal data. Masking twice changes nothing.
    """
    findings = find_personal_data(text)
    kept, after = [], 0
    for finding in findings:
        kept += [text[after : finding.start], PLACEHOLDERS[finding.type]]
        after = finding.end
    return Masked(text="".join([*kept, text[after:]]), masked=tuple(finding.type for finding in findings))
