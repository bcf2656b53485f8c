import Glibc
import InternetMessage

/// Parses each message of a folder N times and prints the rates, by the first word of the names: the structure alone,
/// which is what GMime's parse does, and all facts of the delivery path.
@main
struct ParseBench {
    static func main() {
        guard CommandLine.arguments.count == 3, let rounds = Int(CommandLine.arguments[2]) else {
            print("usage: parse-bench FOLDER ROUNDS")
            exit(64)
        }
        for (kind, divisor) in [("small", 1), ("usual", 1), ("medium", 4), ("large", 16)] {
            let messages = (0..<64).compactMap { read("\(CommandLine.arguments[1])/\(kind)-\($0).eml") }
            measure("parse", kind, messages, rounds: rounds / divisor + 1) { ParsedMessage(parsing: $0).parts.count }
            measure("facts", kind, messages, rounds: rounds / divisor + 1) { MessageFacts(parsing: $0).envelope.count }
            measure("search", kind, messages, rounds: rounds / divisor / 4 + 1) {
                var octets = 0
                SearchableText.forEachPiece(of: ParsedMessage(parsing: $0), in: $0) { piece in
                    if case .content(let text) = piece { octets += text.utf8.count }
                }
                return octets
            }
        }
    }

    private static func measure(
        _ what: String, _ kind: String, _ messages: [[UInt8]], rounds: Int,
        _ parse: (UnsafeRawBufferPointer) -> Int
    ) {
        var sum = 0
        let start = seconds()
        for _ in 0..<rounds {
            for message in messages { sum &+= message.withUnsafeBytes(parse) }
        }
        let elapsed = seconds() - start
        let count = Double(rounds * messages.count)
        let octets = Double(rounds * messages.reduce(0) { $0 + $1.count })
        // The sum is printed so that nothing can be left out.
        let line =
            "paloma \(kind) \(what) \(rounded(elapsed / count * 1e6)) us/message \(Int(count / elapsed)) messages/s "
            + "\(rounded(octets / elapsed / 1e6)) MB/s (\(sum))"
        print(line)
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return octets }
            octets.append(contentsOf: chunk[..<count])
        }
    }
}
