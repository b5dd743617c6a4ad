import type { Histogram, Meter, ObservableGauge } from '@opentelemetry/api'

/** A metric: declared once, for the code that measures, the documentation and the alert rules. */
export interface MetricDeclaration {
  readonly kind: 'counter' | 'histogram' | 'gauge'
  /** As OpenTelemetry has it; Prometheus shows `_` for `.`, and `_total` behind a counter. */
  readonly name: string
  /** UCUM, as OpenTelemetry has it. */
  readonly unit: string
  /** One sentence. */
  readonly what: string
  /** Attributes of each value. */
  readonly attributes: readonly string[]
  /** Upper bounds of the buckets of a histogram. */
  readonly buckets?: readonly number[]
}

const counter = (declared: Omit<MetricDeclaration, 'kind'>) =>
  ({ kind: 'counter', ...declared }) as const
const gauge = (declared: Omit<MetricDeclaration, 'kind'>) =>
  ({ kind: 'gauge', ...declared }) as const
const histogram = (declared: Omit<MetricDeclaration, 'kind'>) =>
  ({ kind: 'histogram', ...declared }) as const

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const AGE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200]

/** Every metric that Ebb has, beside those of Node's runtime. */
export const METRICS = {
  requests: histogram({
    name: 'http.server.request.duration',
    unit: 's',
    what: 'How long HTTP requests took; one whose caller hung up has `error.type` for its status.',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'error.type'],
    buckets: REQUEST_SECONDS,
  }),
  eventsAccepted: counter({
    name: 'ebb.events.accepted',
    unit: '{event}',
    what: 'Events that are durable in the log or the spool.',
    attributes: ['source'],
  }),
  eventsRefused: counter({
    name: 'ebb.events.refused',
    unit: '{event}',
    what: 'Events and bodies that were refused, by the code of docs/errors.md.',
    attributes: ['source', 'code'],
  }),
  sourceLastEvent: gauge({
    name: 'ebb.source.last_event',
    unit: 's',
    what: 'Unix time at which this process accepted the last event of a source.',
    attributes: ['source'],
  }),
  sourceSilent: gauge({
    name: 'ebb.source.silent',
    unit: '1',
    what: 'Whether a source is judged silent: 1, otherwise 0; told by the process that judges.',
    attributes: ['source'],
  }),
  spoolBytes: gauge({
    name: 'ebb.spool.bytes',
    unit: 'By',
    what: 'Size of the spool on the disk of the collector.',
    attributes: [],
  }),
  recordsDeduplicated: counter({
    name: 'ebb.records.deduplicated',
    unit: '{record}',
    what: 'Records that changed nothing: handled before, or the visit of a bot.',
    attributes: ['reader'],
  }),
  eventAge: histogram({
    name: 'ebb.event.age',
    unit: 's',
    what: 'Age of an event when features handles it, since the log took it.',
    attributes: [],
    buckets: AGE_SECONDS,
  }),
  lagRecords: gauge({
    name: 'ebb.lag.records',
    unit: '{record}',
    what: 'Records of an owned partition that wait for a reader.',
    attributes: ['reader', 'topic', 'partition'],
  }),
  lagTime: gauge({
    name: 'ebb.lag.time',
    unit: 's',
    what: 'How far a reader is behind where records wait; 0 where none do.',
    attributes: ['reader', 'topic', 'partition'],
  }),
  timerOverdue: gauge({
    name: 'ebb.timer.overdue',
    unit: 's',
    what: 'Age of the oldest due timer that has not fired; 0 where none is due.',
    attributes: ['reader', 'partition'],
  }),
  alerts: counter({
    name: 'ebb.alerts',
    unit: '{alert}',
    what: 'Alerts that were raised.',
    attributes: ['kind', 'tier'],
  }),
  decisions: counter({
    name: 'ebb.decisions',
    unit: '{decision}',
    what: 'Decisions as they were made: `waiting` is to be sent, `reason` is why nothing is.',
    attributes: ['status', 'reason'],
  }),
  coupons: gauge({
    name: 'ebb.coupons',
    unit: '{coupon}',
    what: 'Coupons there are.',
    attributes: ['status'],
  }),
  webhooks: counter({
    name: 'ebb.webhooks',
    unit: '{attempt}',
    what: 'Attempts to send a trigger to the webhook.',
    attributes: ['outcome'],
  }),
  tagsUntold: counter({
    name: 'ebb.tags.untold',
    unit: '{customer}',
    what: 'Times that the condition of a tag could not be told of a customer, who then has it not.',
    attributes: ['tag'],
  }),
  modelGraded: gauge({
    name: 'ebb.model.graded',
    unit: '{score}',
    what: 'Graded scores of a model in the last complete month.',
    attributes: ['model'],
  }),
  modelAuc: gauge({
    name: 'ebb.model.auc',
    unit: '1',
    what: 'Area under the ROC curve of its risks, of that month.',
    attributes: ['model'],
  }),
  modelRuleAuc: gauge({
    name: 'ebb.model.rule.auc',
    unit: '1',
    what: 'The same of a simple rule, on the customers whom it can say something of.',
    attributes: ['model', 'rule'],
  }),
  modelLift: gauge({
    name: 'ebb.model.lift',
    unit: '1',
    what: 'Lift of its risks at a tenth of the customers.',
    attributes: ['model'],
  }),
  modelBrier: gauge({
    name: 'ebb.model.brier',
    unit: '1',
    what: 'Brier score of its risks; the smaller the better.',
    attributes: ['model'],
  }),
  modelCalibrationError: gauge({
    name: 'ebb.model.calibration_error',
    unit: '1',
    what: 'Mean distance of its risks from what came true, over ten groups.',
    attributes: ['model'],
  }),
  modelStability: gauge({
    name: 'ebb.model.stability',
    unit: '1',
    what: 'Population stability index of its scores against its first month: drift.',
    attributes: ['model'],
  }),
  modelAlertPrecision: gauge({
    name: 'ebb.model.alert.precision',
    unit: '1',
    what: 'Share of its alerts that were followed by no order in the horizon.',
    attributes: ['model', 'tier'],
  }),
  modelBeaten: gauge({
    name: 'ebb.model.beaten',
    unit: '{month}',
    what: 'Months in a row, up to the last complete one, in which a simple rule was surely better.',
    attributes: ['rule'],
  }),
} as const satisfies Readonly<Record<string, MetricDeclaration>>

const optionsOf = ({ unit, what, buckets }: MetricDeclaration) => ({
  unit,
  description: what,
  ...(buckets && { advice: { explicitBucketBoundaries: [...buckets] } }),
})

/** Counts up. */
export interface Tally {
  add(count: number, attributes: Readonly<Record<string, string>>): void
}

/**
 * Counts what is declared. It adds up here and is asked for the sums whenever somebody collects: a
 * counter of the SDK would hash its attributes for each event.
 */
export const counterOf = (
  meter: Meter,
  declared: MetricDeclaration & { readonly kind: 'counter' },
): Tally => {
  const sums = new Map<string, { readonly attributes: Record<string, string>; count: number }>()
  meter.createObservableCounter(declared.name, optionsOf(declared)).addCallback((result) => {
    for (const { attributes, count } of sums.values()) result.observe(count, attributes)
  })
  const names = declared.attributes
  return {
    add: (count, attributes) => {
      let key = ''
      for (const name of names) key += `${attributes[name]}\0`
      const known = sums.get(key)
      if (known === undefined) sums.set(key, { attributes: { ...attributes }, count })
      else known.count += count
    },
  }
}

/** Records what is declared. */
export const histogramOf = (
  meter: Meter,
  declared: MetricDeclaration & { readonly kind: 'histogram' },
): Histogram => meter.createHistogram(declared.name, optionsOf(declared))

/** Is asked for what is declared whenever somebody collects. */
export const gaugeOf = (
  meter: Meter,
  declared: MetricDeclaration & { readonly kind: 'gauge' },
): ObservableGauge => meter.createObservableGauge(declared.name, optionsOf(declared))
