#!/usr/bin/env python3
"""Writes the table of i;unicode-casemap (RFC 5051) from Python's copy of UnicodeData.txt.

    scripts/lib/unicode_casemap.py > Sources/InternetMessage/Casemap/UnicodeCasemap+Table.swift

Each entry is a code point and what it becomes: its titlecase, decomposed to the end. Code points that stay what they
are have none, and Hangul syllables are computed.
"""

import unicodedata

HANGUL = range(0xAC00, 0xD7A4)
SURROGATES = range(0xD800, 0xE000)


def titlecase(character):
    # UnicodeData.txt maps to one code point; what SpecialCasing.txt makes several of stays as it is.
    title = character.title()
    return title if len(title) == 1 else character


def entries():
    for code in range(0x80, 0x110000):
        if code in HANGUL or code in SURROGATES:
            continue
        character = chr(code)
        mapped = unicodedata.normalize("NFKD", titlecase(character))
        if mapped != character:
            yield f"{code:X} " + " ".join(f"{ord(part):X}" for part in mapped)


def lines():
    line = ""
    for entry in entries():
        if line and len(line) + len(entry) + 2 > 110:
            yield line
            line = ""
        line += entry + ";"
    yield line


print("// Written by scripts/lib/unicode_casemap.py; Unicode " + unicodedata.unidata_version)
print()
print("extension UnicodeCasemap {")
print("    /// Code point and what it becomes, in hexadecimal.")
print("    static let mappings: StaticString = \"\"\"")
for line in lines():
    print("        " + line + "\\")
print("        ")
print("        \"\"\"")
print("}")
