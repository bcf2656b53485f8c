#!/usr/bin/env python3
"""Holds docs/rfc-index.md against the sources: every RFC that the code cites is in the index, and the index says rightly where.

    scripts/lib/rfc_index.py [--fix] [ROOT]     exit 0 clean, 1 with one line per finding

`--fix` writes the column "Where" anew. Number, title, status and remarks are written by people.
"""

import re
import sys
from pathlib import Path

CITE = re.compile(r"\bRFC\s?(\d{3,5})\b")
# "RFC 2045–2049" names all of them; "RFC 5321, 5322" names the second by number alone: not found, so write it out.
RANGE = re.compile(r"\bRFC\s?(\d{3,5})\s?[–-]\s?(\d{3,5})\b")
LOOSE = re.compile(r"\bRFC\s?\d{3,5}(?:, | and | or |/)\d{3,5}\b(?![.§])")
ROW = re.compile(r"^\|\s*(\d+)\s*\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|\s*$")
STATUSES = {"whole", "part", "background", "planned"}


def cites(root):
    """number -> {target: first place}"""
    found, findings = {}, []
    for path in sorted((root / "Sources").glob("*/**/*.swift")):
        target = path.relative_to(root / "Sources").parts[0]
        for line_number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            where = f"{path.relative_to(root)}:{line_number}"
            for match in CITE.finditer(line):
                found.setdefault(int(match.group(1)), {}).setdefault(target, where)
            for match in RANGE.finditer(line):
                for number in range(int(match.group(1)), int(match.group(2)) + 1):
                    found.setdefault(number, {}).setdefault(target, where)
            loose = LOOSE.search(line)
            if loose:
                findings.append(f"{where}: '{loose.group(0)}': write 'RFC' before each number, so that the index can find it")
    return found, findings


def main():
    arguments = sys.argv[1:]
    fix = "--fix" in arguments
    arguments = [argument for argument in arguments if argument != "--fix"]
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    index = root / "docs" / "rfc-index.md"
    found, findings = cites(root)

    lines, listed, last = [], set(), 0
    for line_number, line in enumerate(index.read_text(encoding="utf-8").split("\n"), 1):
        match = ROW.match(line)
        if not match:
            lines.append(line)
            continue
        number = int(match.group(1))
        title, status, where, remark = (cell.strip() for cell in match.groups()[1:])
        place = f"docs/rfc-index.md:{line_number}"
        if number in listed:
            findings.append(f"{place}: RFC {number} is listed twice")
        if number < last:
            findings.append(f"{place}: RFC {number} stands after RFC {last}")
        listed.add(number)
        last = number
        if status not in STATUSES:
            findings.append(f"{place}: RFC {number}: status '{status}' is none of {', '.join(sorted(STATUSES))}")
        if status == "whole" and number not in found:
            findings.append(f"{place}: RFC {number} is said to be done whole, and no source cites it")
        targets = ", ".join(sorted(found.get(number, {}), key=str.lower))
        if fix:
            line = f"| {number} | {title} | {status} | {targets} | {remark} |"
        elif where != targets:
            findings.append(f"{place}: RFC {number}: is cited in '{targets}', not '{where}' (scripts/check --fix mends it)")
        lines.append(line)
    if fix:
        index.write_text("\n".join(lines), encoding="utf-8")

    for number in sorted(set(found) - listed):
        where = next(iter(found[number].values()))
        findings.append(f"{where}: RFC {number} is cited and is not in docs/rfc-index.md")
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
