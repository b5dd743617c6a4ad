import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { curves, number } from './panels.ts'

const IS_IT_WELL = [
  number({
    title: 'Services down',
    what: 'Services of which no process answers.',
    unit: 'short',
    query: { expr: 'count(max by (job) (up{job=~"ebb-.+"}) == 0) or vector(0)', legend: '' },
    warn: 1,
    bad: 1,
  }),
  number({
    title: 'Processes down',
    what: 'Targets that do not answer.',
    unit: 'short',
    query: { expr: 'count(up{job=~"ebb-.+"} == 0) or vector(0)', legend: '' },
    warn: 1,
    bad: 2,
  }),
  number({
    title: 'Farthest behind',
    what: 'The largest lag in time of any reader.',
    unit: 's',
    query: { expr: 'max(ebb_lag_time)', legend: '' },
    warn: 30,
    bad: 120,
  }),
  number({
    title: 'Age of events',
    what: 'Of one event in a hundred it is more, when features handles it.',
    unit: 's',
    query: {
      expr: 'histogram_quantile(0.99, sum by (le) (rate(ebb_event_age_bucket[5m])))',
      legend: '',
    },
    warn: 10,
    bad: 60,
  }),
  number({
    title: 'Oldest due timer',
    what: 'How long ago somebody should have been told of a silence.',
    unit: 's',
    query: { expr: 'max(ebb_timer_overdue)', legend: '' },
    warn: 60,
    bad: 300,
  }),
  number({
    title: 'Spool',
    what: 'Accepted events that are not in Kafka yet.',
    unit: 'bytes',
    query: { expr: 'sum(ebb_spool_bytes)', legend: '' },
    warn: 1,
    bad: 100_000_000,
  }),
  curves({
    title: 'Lag in time',
    what: 'How far each reader is behind where records wait; the scorer stands still during a pause.',
    unit: 's',
    queries: [{ expr: 'max by (reader) (ebb_lag_time)', legend: '{{reader}}' }],
  }),
  curves({
    title: 'Lag in records',
    what: 'Records that wait for each reader.',
    unit: 'short',
    queries: [{ expr: 'sum by (reader) (ebb_lag_records)', legend: '{{reader}}' }],
  }),
  curves({
    title: 'Age of events',
    what: 'From the log to features: the middle, and one in a hundred.',
    unit: 's',
    queries: [0.5, 0.99].map((quantile) => ({
      expr: `histogram_quantile(${quantile}, sum by (le) (rate(ebb_event_age_bucket[$__rate_interval])))`,
      legend: `${quantile * 100} %`,
    })),
  }),
]

const INTAKE = [
  curves({
    title: 'Accepted',
    what: 'Events a second, by source.',
    unit: 'short',
    isStacked: true,
    queries: [
      {
        expr: 'sum by (source) (rate(ebb_events_accepted_total[$__rate_interval]))',
        legend: '{{source}}',
      },
    ],
  }),
  curves({
    title: 'Refused',
    what: 'Events a second, by source and code; the codes stand in docs/errors.md.',
    unit: 'short',
    isStacked: true,
    queries: [
      {
        expr: 'sum by (source, code) (rate(ebb_events_refused_total[$__rate_interval]))',
        legend: '{{source}} {{code}}',
      },
    ],
  }),
  curves({
    title: 'Quiet for',
    what: 'Time since the last accepted event of each source.',
    unit: 's',
    queries: [{ expr: 'time() - max by (source) (ebb_source_last_event)', legend: '{{source}}' }],
  }),
  curves({
    title: 'Requests',
    what: 'Requests a second, by service and status.',
    unit: 'reqps',
    isStacked: true,
    queries: [
      {
        expr: 'sum by (job, http_response_status_code) (rate(http_server_request_duration_count[$__rate_interval]))',
        legend: '{{job}} {{http_response_status_code}}',
      },
    ],
  }),
  curves({
    title: 'Time to answer',
    what: 'One request in a hundred takes longer, by service.',
    unit: 's',
    queries: [
      {
        expr: 'histogram_quantile(0.99, sum by (job, le) (rate(http_server_request_duration_bucket[$__rate_interval])))',
        legend: '{{job}}',
      },
    ],
  }),
  curves({
    title: 'Spool',
    what: 'On the disk of each collector, while Kafka is away.',
    unit: 'bytes',
    queries: [{ expr: 'ebb_spool_bytes', legend: '{{instance}}' }],
  }),
]

const ALERTS_AND_DECISIONS = [
  curves({
    title: 'Alerts',
    what: 'An hour, by kind.',
    unit: 'short',
    isStacked: true,
    queries: [{ expr: 'sum by (kind) (increase(ebb_alerts_total[1h]))', legend: '{{kind}}' }],
  }),
  curves({
    title: 'At risk',
    what: 'An hour, by the tier that was reached.',
    unit: 'short',
    isStacked: true,
    queries: [
      {
        expr: 'sum by (tier) (increase(ebb_alerts_total{kind="at_risk"}[1h]))',
        legend: '{{tier}}',
      },
    ],
  }),
  curves({
    title: 'Decisions',
    what: 'An hour, by what became of them and why nothing is sent.',
    unit: 'short',
    isStacked: true,
    queries: [
      {
        expr: 'sum by (status, reason) (increase(ebb_decisions_total[1h]))',
        legend: '{{status}} {{reason}}',
      },
    ],
  }),
]

const COUPONS_AND_WEBHOOKS = [
  curves({
    title: 'Coupons',
    what: 'How many there are, by state.',
    unit: 'short',
    span: 12,
    queries: [{ expr: 'max by (status) (ebb_coupons)', legend: '{{status}}' }],
  }),
  curves({
    title: 'Webhook',
    what: 'Attempts an hour, by outcome; each trigger has one.',
    unit: 'short',
    isStacked: true,
    span: 12,
    queries: [
      { expr: 'sum by (outcome) (increase(ebb_webhooks_total[1h]))', legend: '{{outcome}}' },
    ],
  }),
]

const RUNTIME = [
  curves({
    title: 'Event loop',
    what: 'Share of time in which a process works; near 1 it is full.',
    unit: 'percentunit',
    queries: [{ expr: 'nodejs_eventloop_utilization', legend: '{{job}} {{instance}}' }],
  }),
  curves({
    title: 'Delay of the event loop',
    what: 'One turn in a hundred is later than that.',
    unit: 's',
    queries: [{ expr: 'nodejs_eventloop_delay_p99', legend: '{{job}} {{instance}}' }],
  }),
  curves({
    title: 'Heap',
    what: 'Memory in use by JavaScript.',
    unit: 'bytes',
    queries: [
      {
        expr: 'sum by (job, instance) (v8js_memory_heap_used)',
        legend: '{{job}} {{instance}}',
      },
    ],
  }),
  curves({
    title: 'Collecting garbage',
    what: 'Share of time that it takes.',
    unit: 'percentunit',
    queries: [
      {
        expr: 'sum by (job, instance) (rate(v8js_gc_duration_sum[$__rate_interval]))',
        legend: '{{job}} {{instance}}',
      },
    ],
  }),
  curves({
    title: 'Copies',
    what: 'Records a second that had been handled before and changed nothing.',
    unit: 'short',
    queries: [
      {
        expr: 'sum by (reader) (rate(ebb_records_deduplicated_total[$__rate_interval]))',
        legend: '{{reader}}',
      },
    ],
  }),
  curves({
    title: 'Restarts',
    what: 'In half an hour; three are a halt.',
    unit: 'short',
    queries: [
      {
        expr: 'max by (job, instance) (resets(nodejs_eventloop_time_total{nodejs_eventloop_state="idle"}[30m]))',
        legend: '{{job}} {{instance}}',
      },
    ],
  }),
]

const ROWS = {
  'Is it well?': IS_IT_WELL,
  Intake: INTAKE,
  'Alerts and decisions': ALERTS_AND_DECISIONS,
  'Coupons and webhook': COUPONS_AND_WEBHOOKS,
  Runtime: RUNTIME,
}

/** The dashboard, as Grafana imports and provisions it; it asks which Prometheus it is to read. */
export const dashboardJson = (): string => {
  const dashboard = new DashboardBuilder('Ebb')
    .uid('ebb')
    .description('Made by deploy/grafana/print-dashboard.ts: change it there.')
    .tags(['ebb'])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    )
  for (const [title, panels] of Object.entries(ROWS)) {
    dashboard.withRow(new RowBuilder(title))
    for (const panel of panels) dashboard.withPanel(panel)
  }
  const built = dashboard.build()
  for (const [nth, panel] of (built.panels ?? []).entries()) panel.id = nth + 1
  return `${JSON.stringify(built, null, 2)}\n`
}
