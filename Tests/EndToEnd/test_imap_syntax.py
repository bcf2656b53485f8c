"""The judge's own grammar: it takes the responses of the RFCs' examples, and nothing that only looks like one."""

import pytest

from harness.imapsyntax import Malformed, collapse, expand, parse

GOOD = [
    b"* OK [ALERT] System shutdown in 10 minutes",
    b"* OK [CAPABILITY IMAP4rev2 STARTTLS AUTH=GSSAPI] Hi",
    b"A001 OK [READ-WRITE] SELECT completed",
    b"A003 NO [BADCHARSET (UTF-8 ISO-8859-1)] no",
    b"* BYE Autologout; idle for too long",
    b"+ idling",
    b"+ ",
    b"* CAPABILITY STARTTLS AUTH=GSSAPI IMAP4rev2 LOGINDISABLED",
    b"* ENABLED CONDSTORE QRESYNC",
    b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $MDNSent)",
    b"* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited",
    b"* OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] Ok",
    b"* OK [UIDVALIDITY 3857529045] UIDs valid",
    b"* LIST (\\Noselect) \"/\" ~/Mail/foo",
    b"* LIST () NIL \"Sent \\\"x\\\"\"",
    b"* LIST (\\Subscribed) \"/\" foo (\"CHILDINFO\" (\"SUBSCRIBED\"))",
    b"* LIST () \".\" INBOX (\"OLDNAME\" (\"inbox\"))",
    b"* NAMESPACE ((\"\" \"/\")) ((\"~\" \"/\")) NIL",
    b"* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) NIL NIL",
    b"* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292 HIGHESTMODSEQ 7011231777 MAILBOXID (F2) APPENDLIMIT NIL)",
    b"* STATUS {3}\r\nfoo ()",
    b"* ESEARCH (TAG \"A282\") MIN 2 COUNT 3 ALL 2,10:15,21",
    b"* ESEARCH (TAG \"A284\")",
    b"* ESEARCH (TAG \"C01\") UID COUNT 17",
    b"* ESEARCH (TAG \"A01\") UID PARTIAL (-1:-100 200:250,252:300)",
    b"* ESEARCH (TAG \"A02\" MAILBOX folder1 UIDVALIDITY 1) UID ALL 4001,4003",
    b"* SEARCH 2 84 882",
    b"* SEARCH",
    b"* SEARCH 2 5 6 (MODSEQ 917162500)",
    b"* SORT 5 3 4 1 2",
    b"* THREAD (2)(3 6 (4 23)(44 7 96))",
    b"* THREAD ((3)(5))",
    b"* THREAD",
    b"* VANISHED (EARLIER) 41,43:116,118,120:211,214:540",
    b"* 23 EXISTS",
    b"* 0 RECENT",
    b"* 44 EXPUNGE",
    b"* 23 FETCH (FLAGS (\\Seen) RFC822.SIZE 44827 UID 447 MODSEQ (12111230047))",
    b"* 1 FETCH (FLAGS ())",
    b"* 1 FETCH (INTERNALDATE \" 7-Jul-1996 02:44:25 -0700\" SAVEDATE NIL PREVIEW NIL EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9))",
    b"* 12 FETCH (BODY[HEADER] {4}\r\nab\r\n)",
    b"* 12 FETCH (BODY[1.2.HEADER.FIELDS (DATE FROM)]<7> NIL BODY[] \"x\" BINARY[1] ~{2}\r\n\0a BINARY.SIZE[2.1] 0)",
    b"* 12 FETCH (ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" "
    b"((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) NIL NIL ((NIL NIL \"imap\" \"cac.washington.edu\")(NIL NIL \"minutes\" \"x.test\")) "
    b"NIL NIL NIL \"<B27397-0100000@cac.washington.ed>\"))",
    b"* 12 FETCH (BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92))",
    b"* 12 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1 NIL NIL NIL NIL)(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 9 "
    b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 4) 3) \"MIXED\" (\"BOUNDARY\" \"x\") (\"INLINE\" NIL) (\"en\" \"de\") NIL))",
    b"* QUOTA \"\" (STORAGE 10 512)",
    b"* QUOTAROOT INBOX \"\"",
    b"* ACL INBOX Fred rwipsldexta",
    b"* LISTRIGHTS ~/Mail/saved smith la r swicdkxte",
    b"* MYRIGHTS INBOX rwiptsldaex",
    b"* METADATA \"\" (/shared/comment NIL)",
    b"* METADATA \"INBOX\" /shared/comment /private/comment",
    b"* ID (\"name\" \"Cyrus\" \"version\" NIL)",
    b"* ID NIL",
    b"* LANGUAGE (\"EN\")",
    b"A3 OK [COPYUID 38505 304,319:320 3956:3958] Done",
    b"A4 OK [APPENDUID 38505 3955] APPEND completed",
    b"d105 OK [MODIFIED 7,9] Conditional STORE failed",
]

BAD = [
    b"* OK",  # no text
    b"* ok\tthere",
    b"* 0 FETCH (FLAGS ())",
    b"* 1 FETCH ()",
    b"* 1 FETCH (FLAGS (\\Seen) FLAGS ())",
    b"* 1 FETCH (UID 0)",
    b"* 1 FETCH (UID 4294967296)",
    b"* 01 EXISTS",
    b"* 1 FETCH (UID 1 )",
    b"* 1 FETCH  (UID 1)",
    b"* 1 FETCH (BODY[] {3}\r\nab)",
    b"* 1 FETCH (BODY[] {2}\r\na\0)",
    b"* 1 FETCH (BODY[] ~{2}\r\nab)",
    b"* 1 FETCH (BODY[HEADER.FIELD (X)] NIL)",
    b"* 1 FETCH (INTERNALDATE \"7-Jul-1996 02:44:25 -0700\")",
    b"* 1 FETCH (MODSEQ 7)",
    b"* 1 FETCH (MODSEQ (0))",
    b"* 1 FETCH (ENVELOPE (NIL NIL () NIL NIL NIL NIL NIL NIL NIL))",
    b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
    b"* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" () NIL NIL \"7BIT\" 1 1))",
    b"* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1))",
    b"* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1)\"MIXED\"))",
    b"* 1 FETCH (FLAGS (\\Seen  \\Flagged))",
    b"* 1 FETCH (FLAGS (a(b))",
    b"* LIST () / INBOX",
    b"* LIST () \"/\" two words",
    b"* LIST () \"/\" \"\xff\"",
    b"* SEARCH  2",
    b"* SEARCH 2 ",
    b"* SEARCH 0",
    b"* ESEARCH (TAG \"A1\") ALL",
    b"* ESEARCH (TAG \"A1\") ALL 1:*",
    b"* ESEARCH (TAG \"A1\") COUNT 1 COUNT 1",
    b"* VANISHED 1:*",
    b"* VANISHED",
    b"* STATUS INBOX (MESSAGES 1 MESSAGES 1)",
    b"* STATUS INBOX (MESSAGES -1)",
    b"* CAPABILITY IDLE",
    b"* OK [UIDNEXT 0] no",
    b"* OK [UIDNEXT] no",
    b"* OK [COPYUID 1 1:2 1] no",
    b"* OK [READ-WRITE]",
    b"* WHATEVER 1",
    b"a b OK tag",
    b"A1 BYE no",
    b"* QUOTA \"\" (STORAGE 10)",
    b"* THREAD (1 (2)",
    b"* 1 EXISTS now",
]


@pytest.mark.parametrize("octets", GOOD)
def test_it_takes(octets):
    parse(octets + b"\r\n")


@pytest.mark.parametrize("octets", BAD)
def test_it_does_not_take(octets):
    with pytest.raises(Malformed):
        parse(octets + b"\r\n")


@pytest.mark.parametrize("octets", GOOD)
def test_nothing_less_than_the_whole(octets):
    with pytest.raises(Malformed):
        parse(octets)
    with pytest.raises(Malformed):
        parse(octets + b"\r\n\r\n")
    with pytest.raises(Malformed):
        parse(octets + b"\n")


def test_values():
    response = parse(b"* 2 FETCH (UID 7 FLAGS (\\Seen) MODSEQ (9) BODY[HEADER.FIELDS (X)]<3> {2}\r\n)\" BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1))\r\n")
    assert (response.kind, response.number) == ("FETCH", 2)
    assert response.data == {
        "UID": 7, "FLAGS": ["\\Seen"], "MODSEQ": 9, "BODY[HEADER.FIELDS (X)]<3>": b")\"", "BODYSTRUCTURE": ("text/plain", 5),
    }
    assert parse(b"x OK [COPYUID 5 1:2 8:9] done\r\n").code == ("COPYUID", (5, [1, 2], [8, 9]))
    assert parse(b"* THREAD (2)(3 6 (4 23)(44 7 96))\r\n").data == [[2], [3, 6, [4, 23], [44, 7, 96]]]
    assert expand("1:3,9,7:6") == [1, 2, 3, 9, 7, 6] and collapse([3, 1, 2, 9]) == "1:3,9"
