import Glibc
import Lab
import SenderAuthentication

/// Whether a message is from where it says, as a receiving server would find out.
struct LabSignatures {
    private let names: LabNames
    private let screen: LabScreen

    init(_ names: LabNames, _ screen: LabScreen) {
        self.names = names
        self.screen = screen
    }

    /// Looks up what the sender's domain has published, and checks the signatures in the message.
    ///
    /// - Parameter lines: the whole message.
    func check(_ lines: [String], from domain: String) async {
        let end = lines.firstIndex(of: "") ?? lines.count
        var verifier = DKIMVerifier(header: octets(lines[..<end]), at: Int64(time(nil)))
        verifier.update(octets(lines.dropFirst(end + 1)))
        var keys: [String: DKIMKeyAnswer] = [:]
        for name in verifier.keyNames {
            keys[name] = await names.texts(name).map { .records($0) } ?? .unavailable
        }
        let results = verifier.results(keys: keys)
        _ = await names.texts(domain)
        _ = await names.texts("_dmarc.\(domain)")
        for result in results {
            let who = "\(result.algorithm) by \(result.domain.map { "\($0)" } ?? "?")"
            if result.result == .pass {
                screen.success("DKIM: the signature \(who) is valid.")
            } else {
                screen.failure("DKIM: the signature \(who) is not valid: \(result.result.rawValue) \(result.reason)")
            }
        }
        if results.isEmpty { screen.text("DKIM: nobody has signed it. The sender's own server would have.") }
    }

    private func octets(_ lines: ArraySlice<String>) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [0x0d, 0x0a] }
    }
}
