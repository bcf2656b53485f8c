import CoreMetrics

/// What a listener counts.
struct ServerMetrics: Sendable {
    private let accepted: Counter
    private let open: Meter
    private let handshakesFailed: Counter
    private let timeouts: Counter
    private let acceptErrors: Counter
    private let refused: [Refusal: Counter]

    init(listener: String) {
        let label = [("listener", listener)]
        accepted = Counter(label: "paloma_connections_accepted_total", dimensions: label)
        open = Meter(label: "paloma_connections_open", dimensions: label)
        handshakesFailed = Counter(label: "paloma_tls_handshakes_failed_total", dimensions: label)
        timeouts = Counter(label: "paloma_connection_timeouts_total", dimensions: label)
        acceptErrors = Counter(label: "paloma_accept_errors_total", dimensions: label)
        var refused: [Refusal: Counter] = [:]
        for refusal in [Refusal.full, .tooManyFromHost, .tooFast] {
            refused[refusal] = Counter(
                label: "paloma_connections_refused_total", dimensions: label + [("reason", refusal.rawValue)])
        }
        self.refused = refused
    }

    func accept() {
        accepted.increment()
        open.increment()
    }

    func acceptFailed() {
        acceptErrors.increment()
    }

    func refuse(_ reason: Refusal) {
        refused[reason]?.increment()
    }

    func ended(_ end: SessionEnd) {
        open.decrement()
        switch end {
        case .handshakeFailed: handshakesFailed.increment()
        case .writeTimeout, .dismissed(.readTimeout): timeouts.increment()
        case .completed, .dismissed, .peerClosed, .cut: break
        }
    }
}
