internal import MailCore

/// Reads `[outbound]`, `[[route]]` and `[queue]`.
enum OutboundReader {
    static func read(_ reader: TableReader) -> OutboundConfiguration {
        var outbound = OutboundConfiguration()
        if let section = reader.section("outbound") {
            section.checkKeys([
                "relay", "port", "source_addresses", "tls", "policies", "connections_max",
                "connections_per_destination_max",
            ])
            outbound.relay = relay(section) ?? nil
            outbound.port = section.integer("port", in: 1...65535) ?? outbound.port
            outbound.sourceAddresses = sourceAddresses(section)
            outbound.tls = section.choice("tls", OutboundConfiguration.TLSDemand.self) ?? outbound.tls
            if section.bool("policies") == false { outbound.policies = .ignored }
            outbound.connectionsMax = section.integer("connections_max", in: 1...10_000) ?? outbound.connectionsMax
            outbound.connectionsPerDestinationMax =
                section.integer("connections_per_destination_max", in: 1...1000)
                ?? outbound.connectionsPerDestinationMax
        }
        outbound.routes = reader.sections("route").compactMap(route)
        return outbound
    }

    private static func sourceAddresses(_ section: TableReader) -> [IPAddress] {
        var addresses: [IPAddress] = []
        for text in section.strings("source_addresses") {
            if let address = IPAddress(text), !addresses.contains(where: { $0.family == address.family }) {
                addresses.append(address)
            } else {
                section.mistake(
                    "source_addresses",
                    "\"\(text)\" in \(section.named("source_addresses")) is no IP address, or a second one",
                    "write at most one IPv4 and one IPv6 address of this machine: [\"192.0.2.25\", \"2001:db8::25\"]")
            }
        }
        return addresses
    }

    static func readQueue(_ section: TableReader) -> QueueConfiguration {
        section.checkKeys(["retry_first", "retry_max", "delay_notice", "expiry", "trace_days"])
        var queue = QueueConfiguration()
        let day = 86_400
        queue.retryFirstSeconds = section.seconds("retry_first", in: 1...day) ?? queue.retryFirstSeconds
        queue.retryMaxSeconds = section.seconds("retry_max", in: 1...7 * day) ?? queue.retryMaxSeconds
        queue.delayNoticeSeconds = section.seconds("delay_notice", in: 0...60 * day) ?? queue.delayNoticeSeconds
        queue.expirySeconds = section.seconds("expiry", in: 1...60 * day) ?? queue.expirySeconds
        queue.traceDays = section.integer("trace_days", in: 1...3650) ?? queue.traceDays
        if queue.retryMaxSeconds < queue.retryFirstSeconds {
            section.mistake(
                "retry_max", "\(section.named("retry_max")) is shorter than retry_first",
                "write the longest wait between two attempts, for example \"4 h\"")
        }
        return queue
    }

    /// nil when there is no such key; a relay or nil for none when there is.
    private static func relay(_ section: TableReader) -> RelayConfiguration?? {
        guard let url = section.string("relay") else { return nil }
        guard !url.isEmpty else { return .some(nil) }
        let relay = RelayConfiguration(url: url)
        if relay == nil {
            section.mistake(
                "relay", "\(section.named("relay")) is not written as it should be",
                "write \"smtp://user:password@host:587\" or \"smtps://user:password@host:465\", "
                    + "with %40 for an @ inside the user or the password")
        }
        return relay
    }

    private static func route(_ section: TableReader) -> RouteConfiguration? {
        section.checkKeys(["recipients", "senders", "relay", "tls"])
        let recipients = section.strings("recipients").compactMap { text in
            known(domain(text), text, "recipients", section, "no domain", "\"example.org\", or \".example.org\"")
        }
        let senders = section.strings("senders").compactMap { text in
            known(
                sender(text), text, "senders", section, "no address and no domain",
                "\"ana@example.org\", \"example.org\", or \".example.org\"")
        }
        guard section.has("recipients") || section.has("senders") else {
            section.collector.add(
                at: section.path, "this [[route]] does not say for which mail it is",
                "add recipients = [\"example.org\"] or senders = [\"ana@example.org\"]")
            return nil
        }
        guard let relay = relay(section) else {
            section.collector.add(
                at: section.path, "this [[route]] does not say where to",
                "add relay = \"smtp://host:25\", or relay = \"\" for straight to the recipient's servers")
            return nil
        }
        return RouteConfiguration(
            recipients: recipients, senders: senders, relay: relay,
            tls: section.choice("tls", OutboundConfiguration.TLSDemand.self))
    }

    private static func known<T>(
        _ value: T?, _ text: String, _ key: String, _ section: TableReader, _ what: String, _ example: String
    ) -> T? {
        if value == nil {
            section.mistake(key, "\"\(text)\" in \(section.named(key)) is \(what)", "write it like \(example)")
        }
        return value
    }

    private static func domain(_ text: String) -> RouteConfiguration.DomainPattern? {
        text.hasPrefix(".") ? Domain(text.dropFirst()).map { .below($0) } : Domain(text).map { .domain($0) }
    }

    private static func sender(_ text: String) -> RouteConfiguration.SenderPattern? {
        text.contains("@") ? EmailAddress(text).map { .address($0) } : domain(text).map { .domain($0) }
    }
}

extension TableReader {
    /// A number of seconds, or text like `5 min`.
    func seconds(_ key: String, in range: ClosedRange<Int>) -> Int64? {
        guard has(key) else { return nil }
        guard let seconds = span(key) else {
            mistake(key, "\(named(key)) is no span of time", "write it like \"5 min\", \"4 h\" or \"5 d\"")
            return nil
        }
        guard range.contains(seconds) else {
            mistake(
                key, "\(named(key)) is out of range",
                "write a time from \(range.lowerBound) to \(range.upperBound) seconds")
            return nil
        }
        return Int64(seconds)
    }
}
