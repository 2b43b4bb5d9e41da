// Counters and durations as Prometheus text. Labels are a small closed set: never a name, path or address of a client.

const BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10] as const

export interface Metrics {
  /** One answered request; `route` is a pattern or a class, `seconds` its duration. */
  request(route: string, status: number, seconds: number): void
  count(name: string, by?: number): void
  /** A value that is asked for when it is shown. */
  gauge(name: string, read: () => number): void
  text(): string
}

interface Series {
  count: number
  sum: number
  readonly buckets: number[]
}

/** An empty set of metrics. */
export function createMetrics(): Metrics {
  const requests = new Map<string, Series>()
  const counters = new Map<string, number>()
  const gauges = new Map<string, () => number>()
  return {
    request(route, status, seconds) {
      const key = `route="${route}",status="${Math.floor(status / 100)}xx"`
      let series = requests.get(key)
      if (!series) requests.set(key, (series = { count: 0, sum: 0, buckets: BUCKETS.map(() => 0) }))
      series.count++
      series.sum += seconds
      const bucket = BUCKETS.findIndex((limit) => seconds <= limit)
      if (bucket >= 0) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1
    },
    count: (name, by = 1) => void counters.set(name, (counters.get(name) ?? 0) + by),
    gauge: (name, read) => void gauges.set(name, read),
    text() {
      const lines = ['# TYPE skillward_request_duration_seconds histogram']
      for (const [labels, { count, sum, buckets }] of requests) {
        let below = 0
        BUCKETS.forEach((limit, index) => {
          below += buckets[index] ?? 0
          lines.push(`skillward_request_duration_seconds_bucket{${labels},le="${limit}"} ${below}`)
        })
        lines.push(`skillward_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`)
        lines.push(`skillward_request_duration_seconds_sum{${labels}} ${sum}`)
        lines.push(`skillward_request_duration_seconds_count{${labels}} ${count}`)
      }
      for (const [name, value] of counters) {
        lines.push(`# TYPE skillward_${name} counter`, `skillward_${name} ${value}`)
      }
      for (const [name, read] of gauges) {
        lines.push(`# TYPE skillward_${name} gauge`, `skillward_${name} ${read()}`)
      }
      return `${lines.join('\n')}\n`
    },
  }
}
