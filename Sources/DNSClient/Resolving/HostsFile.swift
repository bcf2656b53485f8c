internal import FoundationEssentials
internal import MailCore

/// The addresses in a file like `/etc/hosts`.
///
/// libunbound could read the file, but would then answer every question about such a name itself: a domain that stands in it
/// would have no MX any more.
struct HostsFile: Sendable {
    private let addresses: [DNSName: [IPAddress]]

    /// No addresses.
    init() {
        addresses = [:]
    }

    /// Reads the file; what is no address with names is left out, and so is a file that cannot be read.
    init(path: String) {
        guard let data = FileManager.default.contents(atPath: path), data.count <= DNSLimits.hostsFileBytesMax else {
            self.init()
            return
        }
        self.init(text: String(decoding: data, as: UTF8.self))
    }

    /// One line for each address: the address, its names, a comment after `#`.
    init(text: String) {
        var addresses: [DNSName: [IPAddress]] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, let address = IPAddress(first) else { continue }
            for word in words.dropFirst() {
                guard let name = DNSName(word), addresses[name]?.contains(address) != true else { continue }
                addresses[name, default: []].append(address)
            }
        }
        self.addresses = addresses
    }

    /// Empty when the name does not stand in the file.
    func addresses(of name: DNSName, family: IPAddress.Family? = nil) -> [IPAddress] {
        (addresses[name] ?? []).filter { family == nil || $0.family == family }
    }
}
