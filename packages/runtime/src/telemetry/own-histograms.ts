import {
  type Attributes,
  type Histogram,
  type HrTime,
  type Meter,
  ValueType,
} from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'

/** Histograms that add up here, and are told to whoever collects metrics. */
export interface OwnHistograms {
  /** For every reader of metrics. Its sums are cumulative, whatever a reader prefers. */
  readonly producer: MetricProducer
  /**
   * The meter of a scope, whose histograms are these: of the same name, the same one. Each call of
   * `record` has to name the attributes in the same order.
   */
  over(meter: Meter, scope: string): Meter
}

/**
 * A histogram of the SDK hashes the attributes of each value once a reader: 1.4 µs with two readers
 * in a tight loop, and 7 µs within a request. Here a value finds its sums attribute by attribute,
 * within 0.05 µs.
 */
export const ownHistograms = (): OwnHistograms => {
  const scopes = new Map<string, Map<string, Summed>>()
  return {
    producer: {
      collect: async () => {
        const endTime = hrTimeNow()
        const scopeMetrics = [...scopes].map(([name, histograms]) => ({
          scope: { name },
          metrics: [...histograms.values()].flatMap((each) => each.told(endTime)),
        }))
        return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] }
      },
    },
    over: (meter, scope) => {
      const histograms = scopes.get(scope) ?? new Map<string, Summed>()
      scopes.set(scope, histograms)
      const createHistogram: Meter['createHistogram'] = (name, options = {}) => {
        const { description = '', unit = '', advice } = options
        const boundaries = advice?.explicitBucketBoundaries ?? []
        const descriptor = { name, description, unit, valueType: ValueType.DOUBLE }
        const histogram = histograms.get(name) ?? summed(descriptor, boundaries)
        histograms.set(name, histogram)
        return histogram
      }
      return Object.assign(Object.create(meter) as Meter, { createHistogram })
    },
  }
}

interface Summed extends Histogram {
  /** Its sums; none before the first value. */
  told(endTime: HrTime): HistogramMetricData[]
}

/** The sums of all values with the same attributes. */
interface Series {
  readonly attributes: Attributes
  readonly startTime: HrTime
  /** Of each bucket; the last one is above all boundaries. */
  readonly counts: number[]
  sum: number
}

/** Leads to sums by the value of one attribute after the other. */
interface Branch {
  readonly next: Map<Attributes[string], Branch>
  series?: Series
}

const summed = (descriptor: HistogramMetricData['descriptor'], boundaries: number[]): Summed => {
  const root: Branch = { next: new Map() }
  const series: Series[] = []
  const begin = (attributes: Attributes): Series => {
    const counts = Array.from({ length: boundaries.length + 1 }, () => 0)
    const begun = { attributes: { ...attributes }, startTime: hrTimeNow(), counts, sum: 0 }
    series.push(begun)
    return begun
  }
  return {
    record: (value, attributes = NONE) => {
      let branch = root
      for (const name in attributes) {
        const known = branch.next.get(attributes[name])
        branch = known ?? grow(branch, attributes[name])
      }
      branch.series ??= begin(attributes)
      const { counts } = branch.series
      let bucket = 0
      while (bucket < boundaries.length && value > boundaries[bucket]!) bucket += 1
      counts[bucket]! += 1
      branch.series.sum += value
    },
    told: (endTime) => {
      if (series.length === 0) return []
      const dataPoints = series.map(({ attributes, startTime, counts, sum }) => {
        const count = counts.reduce((total, each) => total + each)
        const buckets = { boundaries, counts: [...counts] }
        return { attributes, startTime, endTime, value: { buckets, count, sum } }
      })
      const aggregationTemporality = AggregationTemporality.CUMULATIVE
      const dataPointType = DataPointType.HISTOGRAM
      return [{ descriptor, aggregationTemporality, dataPointType, dataPoints }]
    },
  }
}

const grow = ({ next }: Branch, value: Attributes[string]): Branch => {
  const grown: Branch = { next: new Map() }
  next.set(value, grown)
  return grown
}

const NONE: Attributes = {}

const hrTimeNow = (): HrTime => {
  const now = Date.now()
  return [Math.floor(now / 1_000), (now % 1_000) * 1_000_000]
}
