import CoreMetrics
import Observability
import Testing

@Suite struct PrometheusRegistryTests {
    @Test func exposition() {
        let registry = PrometheusRegistry()
        Counter(label: "b.total", dimensions: [("who", "a\"b\\c\nd")], factory: registry).increment(by: 3)
        Counter(label: "b.total", dimensions: [("who", "a\"b\\c\nd")], factory: registry).increment()
        let gauge = Meter(label: "a_open", dimensions: [], factory: registry)
        gauge.increment()
        gauge.increment()
        gauge.decrement()
        FloatingPointCounter(label: "c", dimensions: [], factory: registry).increment(by: 0.5)
        let expected = #"""
            # TYPE a_open gauge
            a_open 1
            # TYPE b_total counter
            b_total{who="a\"b\\c\nd"} 4
            # TYPE c counter
            c 0.5

            """#
        // The floating-point counter of swift-metrics may gather fractions before it passes them on.
        #expect(registry.exposition() == expected)
    }

    @Test func histogram() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "commit_seconds", dimensions: [("x", "y")], factory: registry)
        timer.recordNanoseconds(400_000)
        timer.recordNanoseconds(2_000_000_000)
        timer.recordNanoseconds(90_000_000_000)
        let text = registry.exposition()
        #expect(text.contains("commit_seconds_bucket{x=\"y\",le=\"0.0005\"} 1\n"))
        #expect(text.contains("commit_seconds_bucket{x=\"y\",le=\"2.5\"} 2\n"))
        #expect(text.contains("commit_seconds_bucket{x=\"y\",le=\"+Inf\"} 3\n"))
        #expect(text.contains("commit_seconds_sum{x=\"y\"} 92.0004\n"))
        #expect(text.contains("commit_seconds_count{x=\"y\"} 3\n"))
    }

    @Test func aNameHasOneKindAndSeriesAreBounded() {
        let registry = PrometheusRegistry(seriesMax: 2)
        Counter(label: "x", dimensions: [], factory: registry).increment()
        Meter(label: "x", dimensions: [], factory: registry).set(7)
        for number in 0..<10 { Counter(label: "y", dimensions: [("n", "\(number)")], factory: registry).increment() }
        #expect(registry.exposition() == "# TYPE x counter\nx 1\n# TYPE y counter\ny{n=\"0\"} 1\n")
    }

    @Test func namesAreMadeLegal() {
        let registry = PrometheusRegistry()
        Counter(label: "9 mäil-in", dimensions: [("ke y", "v")], factory: registry).increment()
        #expect(registry.exposition() == "# TYPE __m_il_in counter\n__m_il_in{ke_y=\"v\"} 1\n")
    }

    @Test func manyThreads() async {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "n", dimensions: [], factory: registry)
        let meter = Meter(label: "m", dimensions: [], factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.increment()
                        meter.increment(by: 0.5)
                    }
                }
            }
        }
        #expect(registry.exposition() == "# TYPE m gauge\nm 4000\n# TYPE n counter\nn 8000\n")
    }
}
