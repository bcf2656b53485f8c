internal import CoreMetrics
internal import RemoteAccounts

/// What fetching counts.
struct FetchMetrics: Sendable {
    private let messages: [RemoteSettings.Service: Counter]
    private let octets: [RemoteSettings.Service: Counter]
    private let succeeded = Counter(label: "paloma_fetch_runs_total", dimensions: [("outcome", "done")])
    private let failed = Counter(label: "paloma_fetch_runs_total", dimensions: [("outcome", "failed")])
    private let accounts = Meter(label: "paloma_fetch_accounts", dimensions: [])
    private let inTrouble = Meter(label: "paloma_fetch_accounts_failing", dimensions: [])

    /// Zero everywhere.
    init() {
        var messages: [RemoteSettings.Service: Counter] = [:]
        var octets: [RemoteSettings.Service: Counter] = [:]
        for service in RemoteSettings.Service.allCases {
            let label = [("protocol", service.rawValue)]
            messages[service] = Counter(label: "paloma_fetch_messages_total", dimensions: label)
            octets[service] = Counter(label: "paloma_fetch_octets_total", dimensions: label)
        }
        self.messages = messages
        self.octets = octets
    }

    /// A message was filed.
    func fetched(_ service: RemoteSettings.Service, octets count: Int64) {
        messages[service]?.increment()
        octets[service]?.increment(by: count)
    }

    /// A run, or a look of one that goes on, is over.
    func done() { succeeded.increment() }
    /// It ended before its time.
    func broken() { failed.increment() }

    /// How many accounts there are, and how many of them failed last time.
    func count(_ all: [RemoteAccount]) {
        accounts.set(all.count)
        inTrouble.set(all.count { $0.state.failures > 0 })
    }
}
