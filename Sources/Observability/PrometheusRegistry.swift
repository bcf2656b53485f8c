public import CoreMetrics
import Synchronization

/// The metrics of the process, as Prometheus reads them: text exposition format 0.0.4.
///
/// The registry knows every metric by name and labels and gives the same one to whoever asks again. A metric changes by one
/// or two atomic operations; the lock is taken when one is made and when all are read. Label values must come from small,
/// known sets (listener, outcome), never from the network: `seriesMax` bounds what a mistake can cost.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    private enum Kind: String {
        case counter, gauge, histogram
    }

    private enum Series {
        case counter(PrometheusCounter)
        case gauge(PrometheusGauge)
        case histogram(PrometheusHistogram)
    }

    private struct Family {
        let kind: Kind
        var series: [String: Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var seriesCount = 0
    }

    /// Series in all; more are counted nowhere.
    private let seriesMax: Int
    private let state = Mutex(State())

    /// An empty registry.
    public init(seriesMax: Int = 10_000) {
        self.seriesMax = seriesMax
    }

    /// For `MetricsSystem.bootstrap`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A counter that takes fractions.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram of sizes, or a gauge when it does not aggregate.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions, PrometheusHistogram.sizeBounds) : gauge(label, dimensions)
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, PrometheusHistogram.secondsBounds)
    }

    /// Metrics live as long as the process.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Metrics live as long as the process.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Metrics live as long as the process.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Metrics live as long as the process.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Metrics live as long as the process.
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> PrometheusCounter {
        let found = series(label, dimensions, .counter) { .counter(PrometheusCounter()) }
        if case .counter(let counter) = found { return counter }
        return PrometheusCounter()
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> PrometheusGauge {
        let found = series(label, dimensions, .gauge) { .gauge(PrometheusGauge()) }
        if case .gauge(let gauge) = found { return gauge }
        return PrometheusGauge()
    }

    private func histogram(
        _ label: String, _ dimensions: [(String, String)], _ bounds: [Double]
    ) -> PrometheusHistogram {
        let found = series(label, dimensions, .histogram) { .histogram(PrometheusHistogram(bounds: bounds)) }
        if case .histogram(let histogram) = found { return histogram }
        return PrometheusHistogram(bounds: bounds)
    }

    /// The series of this name and these labels; nil when the name is another kind's already, or there are too many.
    private func series(
        _ label: String, _ dimensions: [(String, String)], _ kind: Kind, make: () -> Series
    ) -> Series? {
        let name = PrometheusText.name(label)
        let labels = PrometheusText.labels(dimensions)
        return state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind)
            guard family.kind == kind else { return nil }
            if let series = family.series[labels] { return series }
            guard state.seriesCount < seriesMax else { return nil }
            let series = make()
            family.series[labels] = series
            state.families[name] = family
            state.seriesCount += 1
            return series
        }
    }

    // MARK: Reading

    /// The content type of ``exposition()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics, by name.
    public func exposition() -> String {
        let families = state.withLock { $0.families }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                switch series {
                case .counter(let counter):
                    text += PrometheusText.sample(name, labels, counter.value)
                case .gauge(let gauge):
                    text += PrometheusText.sample(name, labels, gauge.value)
                case .histogram(let histogram):
                    text += PrometheusText.histogram(name, labels, histogram)
                }
            }
        }
        return text
    }
}
