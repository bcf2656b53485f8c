internal import CoreMetrics

/// What a listener's sessions count.
struct IMAPServerMetrics: Sendable {
    let logins: Counter
    let refusedLogins: Counter
    let idling: Meter
    let appended: Counter

    init(listener: String) {
        let labels = [("listener", listener)]
        logins = Counter(label: "paloma_logins_total", dimensions: labels)
        refusedLogins = Counter(label: "paloma_logins_refused_total", dimensions: labels)
        appended = Counter(label: "paloma_messages_appended_total", dimensions: labels)
        idling = Meter(label: "paloma_imap_idling", dimensions: labels)
    }
}
