"""Verifies webhooks with the reference library: a JSON list of {secret, headers, body} comes in, their types go out."""
import json
import sys

from standardwebhooks.webhooks import Webhook

print(json.dumps([Webhook(told["secret"]).verify(told["body"], told["headers"])["type"] for told in json.load(sys.stdin)]))
