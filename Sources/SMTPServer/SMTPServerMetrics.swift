internal import CoreMetrics

/// What a listener counts.
package struct SMTPServerMetrics: Sendable {
    private let messages: Counter
    private let copies: Counter
    private let queued: Counter
    private let octets: Counter
    private let refusedMessages: Counter
    private let refusedRecipients: Counter

    /// Counters with the listener's name.
    package init(listener: String) {
        let labels = [("listener", listener)]
        messages = Counter(label: "paloma_messages_accepted_total", dimensions: labels)
        copies = Counter(label: "paloma_messages_delivered_total", dimensions: labels)
        queued = Counter(label: "paloma_recipients_queued_total", dimensions: labels)
        octets = Counter(label: "paloma_octets_accepted_total", dimensions: labels)
        refusedMessages = Counter(label: "paloma_messages_refused_total", dimensions: labels)
        refusedRecipients = Counter(label: "paloma_recipients_refused_total", dimensions: labels)
    }

    func accepted(octets count: Int64, copies filed: Int, queued waiting: Int) {
        messages.increment()
        octets.increment(by: count)
        copies.increment(by: filed)
        if waiting > 0 { queued.increment(by: waiting) }
    }

    func refusedMessage() { refusedMessages.increment() }
    func refusedRecipient() { refusedRecipients.increment() }
}
