"""Reads a vCard from standard input by `vobject`, writes it again, reads that, and prints what it found as JSON."""
import json
import sys

import vobject


def texts(card, name):
    return [line.value for line in card.contents.get(name, [])]


def told(card):
    name = card.n.value
    return {
        "fn": card.fn.value,
        "n": [name.family, name.given, name.additional, name.prefix, name.suffix],
        "nickname": texts(card, "nickname"),
        "email": texts(card, "email"),
        "tel": texts(card, "tel"),
        "adr": [[a.street, a.city, a.region, a.code, a.country] for a in texts(card, "adr")],
        "org": texts(card, "org"),
        "title": texts(card, "title"),
        "note": texts(card, "note"),
        "categories": texts(card, "categories"),
        "other": sorted((name, str(line.value)) for name in card.contents for line in card.contents[name] if name.startswith("x-")),
    }


card = vobject.readOne(sys.stdin.read())
first = told(card)
again = told(vobject.readOne(card.serialize(validate=False)))
print(json.dumps({**first, "first": first, "again": again}))
