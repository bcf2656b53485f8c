import DNSClient
import Lab
import MailCore
import ServerConfiguration

/// Questions to the lab's DNS, shown with their answers.
struct LabNames {
    private let client: DNSClient
    private let screen: LabScreen

    /// Asks as the server with this configuration does.
    init(_ configuration: Configuration, _ screen: LabScreen) throws {
        do {
            client = try DNSClient(configuration: DNSClientConfiguration(configuration.dns))
        } catch {
            throw LabError("\(error)")
        }
        self.screen = screen
    }

    /// What a sending server asks (RFC 5321 §5.1, RFC 7672 §2.2).
    ///
    /// - Returns: where the domain's mail is taken.
    func exchanger(of domain: Domain, port: Int) async throws -> SocketEndpoint {
        do {
            screen.question("\(domain)", "MX")
            let mx = try await client.mx(domain)
            for record in mx.records {
                screen.answer("\(record.preference) \(record.exchange?.ascii ?? ".")", facts(mx))
            }
            guard let host = mx.records.first?.exchange else {
                throw LabError("\(domain) takes no mail (null MX, RFC 7505)")
            }
            screen.question("\(host)", "A, AAAA")
            let addresses = try await client.addresses(of: host)
            for address in addresses.records { screen.answer("\(address)", facts(addresses)) }
            guard let address = addresses.records.first else { throw DNSError.noData(addresses.security) }
            if mx.security == .secure, addresses.security == .secure { await certificate(of: host, port: port) }
            return SocketEndpoint(address: address, port: port)
        } catch let error as DNSError {
            throw LabError("\(domain): \(error)", advice: "see the zones in the lab's folder dns")
        }
    }

    private func certificate(of host: Domain, port: Int) async {
        screen.question("_\(port)._tcp.\(host)", "TLSA")
        do throws(DNSError) {
            let answer = try await client.tlsa(port: port, host: host)
            for record in answer.records {
                let digest = record.data.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                let numbers = "\(record.usage.rawValue) \(record.selector.rawValue) \(record.matching.rawValue)"
                screen.answer("\(numbers) \(digest)…", facts(answer))
            }
        } catch {
            screen.answer("\(error)")
        }
    }

    /// The text records of a name.
    ///
    /// - Returns: nil when no answer can be had.
    func texts(_ name: String) async -> [String]? {
        screen.question(name, "TXT")
        guard let name = DNSName(name) else { return [] }
        do throws(DNSError) {
            let answer = try await client.txt(name)
            for record in answer.records { screen.answer(record.text, facts(answer)) }
            return answer.records.map(\.text)
        } catch {
            screen.answer("\(error)")
            return error.permanence == .temporary ? nil : []
        }
    }

    private func facts<Records>(_ answer: DNSAnswer<Records>) -> String {
        "for \(answer.ttlSeconds) s, \(answer.security == .secure ? "signature checked" : "not signed")"
    }
}
