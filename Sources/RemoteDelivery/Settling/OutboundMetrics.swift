internal import CoreMetrics

/// What outgoing mail counts.
package struct OutboundMetrics: Sendable {
    private let delivered = Counter(label: "paloma_outbound_recipients_total", dimensions: [("outcome", "delivered")])
    private let deferred = Counter(label: "paloma_outbound_recipients_total", dimensions: [("outcome", "deferred")])
    private let failed = Counter(label: "paloma_outbound_recipients_total", dimensions: [("outcome", "failed")])

    /// Zero everywhere.
    package init() {}

    func attempted(delivered: Int, deferred: Int, failed: Int) {
        if delivered > 0 { self.delivered.increment(by: delivered) }
        if deferred > 0 { self.deferred.increment(by: deferred) }
        if failed > 0 { self.failed.increment(by: failed) }
    }
}
