#!/usr/bin/env python3
"""Holds the house to its layers: the manifest and the imports of every source file point down only.

    scripts/lib/layers.py [ROOT]     exit 0 clean, 1 with one line per finding

The table below is the rule. A new target is put into it once, by whoever makes it.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

# From the ground up. A target may use what stands on a lower line, never its own line or a higher one.
LAYERS = [
    ("C libraries", ["CDeflate", "CIDN", "CIDN2", "CSQLite", "CSodium", "CUnbound", "CWebmail", "CZlib"]),
    ("words", ["MailCore"]),
    (
        "formats",
        [
            "InternetMessage", "SASL", "SenderAuthentication", "DNSClient", "Certificates", "DotStuffing",
            "JSON", "MailboxFormats", "ServerConfiguration", "TerminalOutput",
        ],
    ),
    ("protocol", ["SMTP", "POP3", "IMAP", "JMAP"]),
    ("engine", ["Storage"]),
    ("directory", ["Directory"]),
    ("state", ["MailStore", "MailQueue", "MailTrace", "MailSettings", "RemoteAccounts"]),
    ("search", ["MailSearch"]),
    ("settings", ["ServerConfiguration", "Observability", "TerminalOutput"]),
    ("runtime", ["ServerRuntime"]),
    ("links", ["RemoteLinks"]),
    ("mail client", ["MailClient", "TerminalScreen"]),
    ("mail screen", ["MailScreen"]),
    ("delivery", ["Delivery", "Logins"]),
    ("fetching", ["RemoteFetch"]),
    ("web", ["HTTPService"]),
    (
        "agents",
        [
            "SMTPServer", "POP3Server", "IMAPServer", "JMAPServer", "RemoteDelivery", "Admin", "Monitor", "DomainSetup",
            "Lab", "Webmail",
        ],
    ),
    ("program", ["paloma"]),
]

# What comes from outside and is wanted in few places: module -> the lowest layer (or the only targets) that may use it.
FROM_LAYER = {
    "NIOPosix": "engine",
    "NIOSSL": "runtime",
    "NIOHTTP1": "runtime",
    "NIOExtras": "runtime",
    "ServiceLifecycle": "runtime",
    "Hummingbird": "web",
    "ArgumentParser": "program",
    "TOMLKit": "settings",
}
ONLY_IN = {
    "CSQLite": {"Storage"},
    "CUnbound": {"DNSClient"},
    "CWebmail": {"Webmail"},
    "CZlib": {"ServerRuntime"},
}
# Slow at strings and 60 MB when linked statically: FoundationEssentials where it must be.
NOWHERE = {"Foundation"}
# (target, module) that may all the same, and why.
EXCEPTIONS = {
    ("Certificates", "Foundation"): "swift-certificates takes Foundation's Date",
}

REQUIRED_SETTINGS = [
    {"swiftLanguageMode": {"_0": "6"}},
    {"enableUpcomingFeature": {"_0": "ExistentialAny"}},
    {"enableUpcomingFeature": {"_0": "InternalImportsByDefault"}},
    {"enableUpcomingFeature": {"_0": "MemberImportVisibility"}},
    {"treatAllWarnings": {"_0": "error"}},
]

# Targets that exist to test or to measure: they may use anything of ours.
FREE = re.compile(r"(Tests|TestSupport|Bench|bench)$")

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|actor|func|var|let|typealias)\s+)?(\w+)"
)

RANK = {target: rank for rank, (_, targets) in enumerate(LAYERS) for target in targets}
LAYER_RANK = {layer: rank for rank, (layer, _) in enumerate(LAYERS)}
LAYER_NAME = {target: layer for layer, targets in LAYERS for target in targets}


def complaint(user, used):
    """Why `user` may not use `used`; None when it may. `user` is a target of the table."""
    if (user, used) in EXCEPTIONS:
        return None
    if used in NOWHERE:
        return f"uses {used}, which no target of ours may (FoundationEssentials at most)"
    if used in ONLY_IN and user not in ONLY_IN[used]:
        return f"uses {used}, which only {', '.join(sorted(ONLY_IN[used]))} may"
    if used in FROM_LAYER and RANK[user] < LAYER_RANK[FROM_LAYER[used]]:
        return f"({LAYER_NAME[user]}) uses {used}, which is for the layer '{FROM_LAYER[used]}' and above"
    if used in RANK and used != user and RANK[used] >= RANK[user]:
        return f"({LAYER_NAME[user]}) uses {used} ({LAYER_NAME[used]}): imports point down only"
    return None


def dependency_names(target):
    for dependency in target["dependencies"]:
        (kind, value), = dependency.items()
        yield value[0], kind == "product"


def check_manifest(manifest):
    findings = []
    ours = {target["name"] for target in manifest["targets"]}
    for target in manifest["targets"]:
        name = target["name"]
        if target["type"] in ("regular", "executable", "test"):
            settings = [setting["kind"] for setting in target["settings"]]
            for required in REQUIRED_SETTINGS:
                if required not in settings:
                    findings.append(f"Package.swift: {name} lacks the setting {json.dumps(required)}")
        if target["type"] == "test" or FREE.search(name):
            continue
        if name not in RANK:
            findings.append(f"Package.swift: {name} is in no layer; put it into the table in scripts/lib/layers.py")
            continue
        for used, is_product in dependency_names(target):
            if not is_product and used in ours and used not in RANK:
                findings.append(f"Package.swift: {name} depends on {used}, which is in no layer")
            why = complaint(name, used)
            if why:
                findings.append(f"Package.swift: {name} {why}")
    return findings


def imports_of(text):
    """(line number, module) for each import; what stands in a string of several lines or a comment is none."""
    in_string = in_comment = False
    for number, line in enumerate(text.split("\n"), 1):
        if not in_string and not in_comment:
            match = IMPORT.match(line)
            if match:
                yield number, match.group(1)
        if line.count('"""') % 2 == 1:
            in_string = not in_string
        if not in_string:
            if "/*" in line and "*/" not in line.split("/*", 1)[1]:
                in_comment = True
            elif "*/" in line:
                in_comment = False


def check_sources(root, manifest):
    findings = []
    declared = {}
    for target in manifest["targets"]:
        declared[target["name"]] = {name for name, _ in dependency_names(target)}
    ours = set(declared)
    for path in sorted((root / "Sources").glob("*/**/*.swift")):
        target = path.relative_to(root / "Sources").parts[0]
        where = path.relative_to(root)
        for number, module in imports_of(path.read_text(encoding="utf-8")):
            if target in RANK and not FREE.search(target):
                why = complaint(target, module)
                if why:
                    findings.append(f"{where}:{number}: {target} {why}")
            elif target not in RANK and not FREE.search(target) and target in ours:
                continue  # named already by the manifest's check
            if module in ours and module != target and target in declared and module not in declared[target]:
                findings.append(f"{where}:{number}: imports {module}, which {target} does not declare in Package.swift")
    return findings


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    dump = subprocess.run(
        ["swift", "package", "--package-path", str(root), "dump-package"], capture_output=True, text=True
    )
    if dump.returncode != 0:
        print(dump.stderr, file=sys.stderr)
        return 1
    manifest = json.loads(dump.stdout)
    findings = check_manifest(manifest) + check_sources(root, manifest)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
