"""Tells what Python's email package reads in the messages named: one line for each, fields in hexadecimal."""

import email
import email.policy
import sys


def coded(text):
    return text.encode("utf-8", "surrogateescape").hex() if text else "-"


def addresses(message, name):
    field = message[name]
    if field is None:
        return "-"
    # Before 3.13 it keeps the blank between two encoded words of a phrase: names are compared without blanks.
    return ",".join(coded(a.display_name.replace(" ", "")) + ":" + coded(a.addr_spec) for a in field.addresses)


def defects(message):
    found = [type(d).__name__ for part in message.walk() for d in part.defects]
    for part in message.walk():
        for name, value in part.items():
            # `filename` stands beside `filename*` on purpose.
            found += [f"{name}:{d}".replace(" ", "_") for d in value.defects if "duplicate parameter" not in str(d)]
    return ",".join(found) or "-"


def leaves(message):
    for part in message.walk():
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            continue
        if part.get_content_type() == "message/rfc822":
            yield "message:" + coded(part.get_payload(0)["subject"])
        elif part.get_content_disposition() is not None:
            yield coded(part.get_filename()) + ":" + (part.get_payload(decode=True).hex() or "-")


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    body = message.get_body(("plain",))
    row = [
        coded(message["subject"]),
        addresses(message, "from"),
        addresses(message, "to"),
        coded(body.get_content().replace("\r\n", "\n") if body else ""),
        ";".join(leaves(message)) or "-",
        coded(message["date"]) + ":" + coded(message["message-id"]),
        defects(message),
    ]
    print(" ".join(row))
