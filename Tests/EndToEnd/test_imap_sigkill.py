"""The process is killed while sessions append, flag, move and expunge: what was answered is there, and what was not is whole or not at all."""

import os
import random
import threading
import time

import pytest

from conftest import rounds
from harness.mail import message, number_of
from harness.server import DOMAIN, PASSWORD
from harness.wire import Closed

ANA = f"ana@{DOMAIN}"
SEED = int(os.environ.get("PALOMA_SEED", "20261121"))
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "Work")


class Worker(threading.Thread):
    """One session with two mailboxes that nobody else touches, so it knows what must be in them.

    `there`: {(mailbox, UID): (X-Number, flags)} as answered; `pending`: what a command changes that was sent and has no answer:
    (what it takes away, what it adds) without UIDs where the server gives them.
    """

    def __init__(self, server, lane, book):
        super().__init__(daemon=True)
        self.server, self.lane, self.book = server, lane, book
        self.random = random.Random(f"{SEED} {lane} {book.round}")
        self.boxes = [f"lane{lane}", f"lane{lane}-other"]
        self.answered = 0

    def run(self):
        try:
            with self.server.imap() as imap:
                imap.login(ANA, PASSWORD).enable("CONDSTORE")
                while True:
                    self.step(imap)
        except (OSError, Closed):
            pass  # killed
        except AssertionError as error:
            self.book.failures.append(f"lane {self.lane}: {error}")

    def step(self, imap):
        book, choose = self.book, self.random
        box = choose.choice(self.boxes)
        mine = sorted(uid for name, uid in book.there if name == box)
        doing = choose.random()
        if doing < 0.4 or not mine:
            number = book.next()
            flags = frozenset(choose.sample(FLAGS, choose.randint(0, 2)))
            octets = message(number, size=choose.choice([0, 0, 5000, 60_000]))
            book.octets[number] = octets
            book.pending[self.lane] = ((), [(box, number, flags)])
            uid = imap.append(box, octets, " ".join(sorted(flags)), plus=choose.random() < 0.5)
            book.place(box, uid, number, flags)
        else:
            if imap.selected != box:
                imap.select(box)
            uids = choose.sample(mine, min(len(mine), choose.randint(1, 5)))
            chosen = {(box, uid): book.there[box, uid] for uid in uids}
            if doing < 0.65:
                flags = frozenset(choose.sample(FLAGS, choose.randint(0, 3)))
                book.pending[self.lane] = (list(chosen), [(box, number, flags) for number, _ in chosen.values()])
                imap.ok(f"UID STORE {','.join(map(str, uids))} FLAGS ({' '.join(sorted(flags))})")
                for key, (number, _) in chosen.items():
                    book.there[key] = (number, flags)
            elif doing < 0.9:
                other = self.boxes[1 - self.boxes.index(box)]
                book.pending[self.lane] = (list(chosen), [(other, *what) for what in chosen.values()])
                result = imap.ok(f"UID MOVE {','.join(map(str, uids))} {other}")
                _, sources, made = result.code_of("COPYUID")
                assert sorted(sources) == sorted(uids)
                for source, uid in zip(sources, made):
                    book.place(other, uid, *book.there.pop((box, source)))
            else:
                book.pending[self.lane] = (list(chosen), [(box, number, flags | {"\\Deleted"}) for number, flags in chosen.values()])
                imap.ok(f"UID STORE {','.join(map(str, uids))} +FLAGS.SILENT (\\Deleted)")
                for key, (number, flags) in chosen.items():
                    book.there[key] = (number, flags | {"\\Deleted"})
                book.pending[self.lane] = (list(chosen), [])
                imap.ok(f"UID EXPUNGE {','.join(map(str, uids))}")
                for key in chosen:
                    del book.there[key]
        if imap.selected:
            book.highest[imap.selected] = max(book.highest.get(imap.selected, 0), imap.highest or 0, *(seen.modseq or 0 for seen in imap.view))
        book.pending.pop(self.lane, None)
        self.answered += 1


class Book:
    def __init__(self):
        self.lock = threading.Lock()
        self.round = self.number = 0
        self.octets, self.there, self.pending, self.highest, self.uid_next, self.validity = {}, {}, {}, {}, {}, {}
        self.failures = []

    def next(self):
        with self.lock:
            self.number += 1
            return self.number

    def place(self, box, uid, number, flags):
        assert uid >= self.uid_next.get(box, 1), f"{box}: UID {uid} is given a second time"
        self.uid_next[box] = uid + 1
        self.there[box, uid] = (number, flags)


def examine(server, book, lanes):
    """Every mailbox is what was answered, or that with the one command in full that had no answer."""
    with server.imap() as imap:
        imap.login(ANA, PASSWORD).enable("CONDSTORE")
        for lane in range(lanes):
            taken, added = book.pending.pop(lane, ((), ()))
            found = {}
            for box in (f"lane{lane}", f"lane{lane}-other"):
                imap.select(box, verb="EXAMINE")
                assert book.validity.setdefault(box, imap.uid_validity) == imap.uid_validity
                assert imap.uid_next >= book.uid_next.get(box, 1), f"{box}: UIDNEXT is {imap.uid_next}, was {book.uid_next[box]}"
                assert imap.highest >= book.highest.get(box, 0), f"{box}: HIGHESTMODSEQ fell to {imap.highest} from {book.highest[box]}"
                for data in imap.messages("UID FLAGS BODY.PEEK[]"):
                    number = number_of(data["BODY[]"])
                    assert data["BODY[]"] == book.octets[number], f"message {number} is not whole"
                    found[box, data["UID"]] = (number, frozenset(data["FLAGS"]) - {"\\Recent"})
                book.uid_next[box] = imap.uid_next
            before = sorted((box, number, sorted(flags)) for (box, _), (number, flags) in book.there.items() if box.split("-")[0] == f"lane{lane}")
            after = list(before)
            for key in taken:
                number, flags = book.there[key]
                after.remove((key[0], number, sorted(flags)))
            after = sorted(after + [(box, number, sorted(flags)) for box, number, flags in added])
            now = sorted((box, number, sorted(flags)) for (box, _), (number, flags) in found.items())
            assert now in (before, after), (
                f"lane {lane}: lost {[entry for entry in before if entry not in now]}, new {[entry for entry in now if entry not in before]}; "
                f"on its way were {taken} -> {added}"
            )
            for key, value in book.there.items():
                if key[0].split("-")[0] == f"lane{lane}" and key not in taken:
                    assert found[key] == value, f"{key} was {value}, is {found.get(key)}"
            for key in [key for key in book.there if key[0].split("-")[0] == f"lane{lane}"]:
                del book.there[key]
            book.there.update(found)
        imap.logout()


@pytest.mark.long
def test_killed_while_imap_sessions_change_things(imap_server):
    if imap_server.name == "Dovecot":
        pytest.skip("killed like this, Dovecot waits two minutes for its own locks and forgets keywords")
    chooser, book, lanes = random.Random(SEED), Book(), 6
    with imap_server.imap() as imap:
        imap.login(ANA, PASSWORD)
        for lane in range(lanes):
            imap.ok(f"CREATE lane{lane}")
            imap.ok(f"CREATE lane{lane}-other")
        imap.logout()
    answered = 0
    for book.round in range(rounds(10)):
        workers = [Worker(imap_server, lane, book) for lane in range(lanes)]
        for worker in workers:
            worker.start()
        # The moment: what it hits is what is tested, none is waited for.
        time.sleep(chooser.choice([0.1, 0.3]) + chooser.random() * 0.5)
        imap_server.kill()
        for worker in workers:
            worker.join(60)
            assert not worker.is_alive()
        answered += sum(worker.answered for worker in workers)
        assert not book.failures, book.failures
        imap_server.start()
        examine(imap_server, book, lanes)
    assert answered > 10 * rounds(10), "hardly anything was answered: this run has proved nothing"
