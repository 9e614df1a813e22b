"""Replies that must never be delivered, by what is wrong with them.

All are read as the reply to one customer: `OWN`, who has three orders, one late and on its way, one delivered and one
not sent yet. A reply is read in English and German, whichever the customer writes.
"""

from tests.poison.conduct import CONDUCT
from tests.poison.facts import FACTS
from tests.poison.german import GERMAN
from tests.poison.promises import PROMISES
from tests.test_response_generator import DELIVERED, PENDING, SHIPPED, known, make

ORDERS = known(SHIPPED, DELIVERED, PENDING)
OWN = make("order_inquiry", context=ORDERS)
ENGLISH = FACTS | PROMISES | CONDUCT
POISON = ENGLISH | {f"{kind}, in German": text for kind, text in GERMAN.items()}
