internal import CoreMetrics

/// What a listener's sessions count.
struct IMAPServerMetrics: Sendable {
    let idling: Meter
    let appended: Counter

    init(listener: String) {
        let labels = [("listener", listener)]
        appended = Counter(label: "paloma_messages_appended_total", dimensions: labels)
        idling = Meter(label: "paloma_imap_idling", dimensions: labels)
    }
}
