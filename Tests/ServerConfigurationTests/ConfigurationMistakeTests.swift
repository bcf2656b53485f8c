import Testing

@testable import ServerConfiguration

/// Each wrong file with the lines that must be named, and words of the message.
@Suite struct ConfigurationMistakeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let expected: [(line: Int?, words: String)]
        var testDescription: String { name }
    }

    static let head = "hostname = \"mail.example.test\"\n"
    static let listener = "[[listener]]\nprotocol = \"pop3\"\naddress = \"127.0.0.1\"\n"

    static let cases: [Case] = [
        Case(name: "empty", text: "", expected: [(nil, "hostname is missing"), (nil, "no [[listener]]")]),
        Case(name: "not TOML", text: "hostname = mail\n", expected: [(1, "not TOML")]),
        Case(
            name: "not TOML, further down", text: head + "\n\ndata = \"x\n", expected: [(4, "not TOML")]),
        Case(name: "header without a name", text: head + "\n[.x]\n", expected: [(3, "a table without a name")]),
        Case(name: "header of a comment", text: head + " [[ # no\n", expected: [(2, "a table without a name")]),
        Case(
            name: "unknown key at the top",
            text: head + "\nhostnam = 1\n" + listener + "tls='none'\nauth_without_tls=true",
            expected: [(3, "did you mean hostname?")]),
        Case(
            name: "unknown keys in tables",
            text: head + "[limits]\nmessage_size = 5\n[log]\nlevle = \"info\"\n[[listener]]\nprotocol = \"smtp\"\n"
                + "adress = \"127.0.0.1\"\ntls = \"none\"\n",
            expected: [
                (3, "message_size_max"), (5, "did you mean level?"), (6, "address in [[listener]] is missing"),
                (8, "did you mean address?"),
            ]),
        Case(
            name: "wrong types",
            text: "hostname = 5\ndata = [1]\nlistener = 7\ntls = \"x\"\n[outbound]\nport = \"25\"\n[limits]\n"
                + "recipients_max = 1.5\n",
            expected: [
                (1, "text in quotes"), (2, "this is a list"), (3, "[[listener]]"), (4, "[tls]"), (6, "a whole number"),
                (8, "a decimal number"),
            ]),
        Case(
            name: "out of range",
            text: head + "[limits]\nmessage_size_max = 10\nrecipients_max = 99\n[outbound]\nport = 65536\n" + listener
                + "tls = \"none\"\nauth_without_tls = true\nport = -1\n",
            expected: [(3, "65536 to"), (4, "100 to"), (6, "1 to 65535"), (12, "1 to 65535")]),
        Case(
            name: "source addresses",
            text: head + "[outbound]\nsource_addresses = [\"127.0.0.1\", \"mail\", \"127.0.0.2\", \"::1\"]\n" + listener
                + "tls = \"none\"\nauth_without_tls = true\n",
            expected: [(3, "\"mail\""), (3, "\"127.0.0.2\"")]),
        Case(
            name: "choices",
            text: head + "[log]\nlevel = \"wraning\"\nformat = \"xml\"\n[[listener]]\nprotocol = \"smpt\"\n"
                + "[[listener]]\naddress = \"::1\"\n",
            expected: [
                (3, "did you mean \"warning\"?"), (4, "\"human\", \"json\""), (6, "did you mean \"smtp\"?"),
                (7, "protocol in [[listener]] is missing"),
            ]),
        Case(
            name: "bad addresses",
            text: head + "dns = { servers = [\"resolver\", 5] }\n[[listener]]\nprotocol = \"smtp\"\ntls = \"none\"\n"
                + "address = \"localhost\"\n[[listener]]\nprotocol = \"smtp\"\ntls = \"none\"\naddress = \"127.0.0.1:25\"\n",
            expected: [(2, "a whole number"), (2, "resolver"), (6, "not a name"), (10, "a key of its own")]),
        Case(
            name: "trust anchors and time of lookups",
            text: head + "[dns]\ntrust_anchors = [\"nowhere.key\", \"/etc\"]\ntimeout = 0\n[[listener]]\n"
                + "protocol = \"smtp\"\naddress = \"::1\"\ntls = \"none\"\n",
            expected: [(3, "nowhere.key, is not there"), (3, "is a folder"), (4, "1 to 300")]),
        Case(
            name: "same port twice",
            text: head + listener + "tls = \"none\"\nport = 20110\nauth_without_tls = true\n\n[[listener]]\n"
                + "protocol = \"smtp\"\ntls = \"none\"\naddress = \"0.0.0.0\"\nport = 20110\n",
            expected: [(9, "taken already by pop3 in line 2")]),
        Case(
            name: "missing certificate",
            text: head + "[tls]\ncertificate = \"nowhere.pem\"\n\n" + listener,
            expected: [(2, "key in [tls] is missing"), (3, "nowhere.pem, is not there")]),
        Case(name: "TLS without certificate", text: head + listener, expected: [(2, "there is no certificate")]),
        Case(
            name: "passwords in clear on a network",
            text: head + "[[listener]]\nprotocol = \"pop3\"\naddress = \"0.0.0.0\"\ntls = \"none\"\n"
                + "auth_without_tls = true\n",
            expected: [(6, "forced")]),
        Case(
            name: "nobody could log in", text: head + listener + "tls = \"none\"\n",
            expected: [(5, "nobody could log in")]),
        Case(
            name: "auth_without_tls of another kind",
            text: head + listener + "tls = \"none\"\nauth_without_tls = \"yes\"\n",
            expected: [(6, "true, false or \"forced\"")]),
        Case(
            name: "logins where there are none",
            text: head
                + "[[listener]]\nprotocol = \"smtp\"\naddress = \"::1\"\ntls = \"none\"\nauth_without_tls = true\n",
            expected: [(6, "nobody logs in on smtp")]),
        Case(
            name: "http with STARTTLS",
            text: head + "[tls]\ncertificate = \"/etc/hostname\"\nkey = \"/etc/hostname\"\n[[listener]]\n"
                + "protocol = \"http\"\naddress = \"::1\"\ntls = \"starttls\"\n",
            expected: [(8, "no STARTTLS")]),
        Case(
            name: "LMTP on 25",
            text: head + "[[listener]]\nprotocol = \"lmtp\"\naddress = \"::1\"\nport = 25\n",
            expected: [(5, "RFC 2033")]),
        Case(
            name: "socket paths",
            text: head + "[[listener]]\nprotocol = \"smtp\"\npath = \"s\"\n[[listener]]\nprotocol = \"lmtp\"\n"
                + "path = \"\(String(repeating: "x", count: 120))\"\nport = 24\n",
            expected: [(4, "only lmtp"), (7, "too long"), (8, "beside path")]),
        Case(
            name: "what users may send, and who guesses",
            text: head + listener
                + "tls = \"none\"\n[login]\nban_minutes = 0\nloopback = \"no\"\nbans = 1\n[submission]\n"
                + "messages_per_day_max = 0\nhold_days_max = 10001\nheader_from = \"anybody\"\n",
            expected: [
                (5, "nobody could log in"), (7, "from 1 to"), (8, "\"watched\", \"exempt\""), (9, "unknown key bans"),
                (11, "from 1 to"),
                (12, "from 1 to 10000"), (13, "\"own\", \"any\""),
            ]),
        Case(
            name: "lines after long strings and lists",
            text:
                "data = \"\"\"\na = 1\n[tls]\n\"\"\"\nhostname = '''x\n'''\ndns.servers = [\n  \"1.1.1.1\", # a ]\n  \"a\",\n]\n"
                + "colour = 1\n" + listener + "tls = \"none\"\n\"auth_without_tls\" = true",
            expected: [(5, "no host name"), (7, "\"a\" in servers"), (11, "unknown key colour")]),
    ]

    @Test(arguments: cases)
    func everyMistakeIsReportedWithItsLine(wrong: Case) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration.parse(wrong.text, file: "/nowhere/paloma.toml")
        }
        #expect(error.mistakes.map(\.line) == wrong.expected.map(\.line), "\(error)")
        for (mistake, expected) in zip(error.mistakes, wrong.expected) {
            let said = "\(mistake.problem)\n\(mistake.advice)"
            #expect(said.contains(expected.words), "\(error)")
        }
    }

    @Test func descriptionHasFileLineProblemAndAdvice() {
        let error = ConfigurationError(
            file: "paloma.toml",
            mistakes: [
                ConfigurationMistake(line: 3, problem: "b", advice: "do c"),
                ConfigurationMistake(line: nil, problem: "a"),
            ])
        #expect(error.description == "paloma.toml: a\npaloma.toml:3: b\n  do c")
    }

    /// Random damage never traps, and whatever is accepted is whole.
    @Test func damagedFilesAreRefusedOrRead() {
        var generator = SplitMix(state: 5)
        let whole = Array(ConfigurationTemplateTests.template.text.utf8)
        for _ in 0..<2000 {
            var octets = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<octets.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: octets[place] = "[]{}\"'#=.\n\\a0\r\t ,"[Int.random(in: 0..<17, using: &generator)]
                case 1: octets.remove(at: place)
                default: octets.removeSubrange(place..<min(octets.count, place + 40))
                }
            }
            if Bool.random(using: &generator) { octets.insert(UInt8(ascii: "["), at: 0) }
            let text = String(decoding: octets, as: UTF8.self)
            _ = SourceLines(text)
            do {
                let configuration = try Configuration.parse(text, file: "/nowhere/paloma.toml")
                #expect(!configuration.listeners.isEmpty)
            } catch {
                #expect(!error.mistakes.isEmpty)
            }
        }
    }
}

extension String {
    fileprivate subscript(_ index: Int) -> UInt8 { Array(utf8)[index] }
}

/// A small seeded generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
