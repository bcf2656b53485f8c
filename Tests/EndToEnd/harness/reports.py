"""Delivery status notifications, read with Python's own parser."""

import email
import email.policy
import time


class Report:
    """One notification taken apart: the words, the fields, what came back."""

    def __init__(self, octets):
        self.octets = octets
        self.message = email.message_from_bytes(octets, policy=email.policy.default)
        assert self.message.get_content_type() == "multipart/report", octets[:2000]
        assert self.message.get_param("report-type") == "delivery-status"
        assert self.message["Auto-Submitted"] == "auto-replied"
        assert self.message["Return-Path"] in (None, "<>")
        defects = [defect for part in self.message.walk() for defect in part.defects]
        assert not defects, defects
        assert max(map(len, octets.split(b"\r\n"))) <= 998
        parts = self.message.get_payload()
        self.words = parts[0].get_content()
        self.language = parts[0]["Content-Language"]
        assert parts[1].get_content_type() in ("message/delivery-status", "message/global-delivery-status")
        self.fields, *self.recipients = parts[1].get_payload()
        self.returned = parts[2] if len(parts) > 2 else None
        assert self.fields["Reporting-MTA"].startswith("dns;")

    def recipient(self, address):
        """The fields of one recipient, values as text without folding."""
        for fields in self.recipients:
            if value(fields["Final-Recipient"]).lower() == address.lower():
                return {name: " ".join(text.split()) for name, text in fields.items()}
        raise AssertionError(f"nothing about {address} in:\n{self.octets.decode(errors='replace')}")

    @property
    def addresses(self):
        return sorted(value(fields["Final-Recipient"]) for fields in self.recipients)


def value(field):
    return field.partition(";")[2].strip()


def is_report(octets):
    return b"report-type=delivery-status" in octets.partition(b"\r\n\r\n")[0].replace(b'"', b"")


def reports(server, account):
    return [Report(octets) for octets in server.messages(account) if is_report(octets)]


def wait_for_reports(server, account, number=1, seconds=60):
    """All notifications in an account once there are so many, and not one more."""
    end = time.monotonic() + seconds
    while True:
        found = reports(server, account)
        assert len(found) <= number, [report.octets.decode(errors="replace") for report in found]
        if len(found) == number:
            return found
        assert time.monotonic() < end, f"{account} has {len(found)} of {number} reports:\n{server.log()[-4000:]}"
        time.sleep(0.1)
