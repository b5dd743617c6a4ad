import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { IS_IT_WELL } from './is-it-well.ts'
import { curves } from './panels.ts'

const INTAKE = [
  curves({
    title: 'Accepted',
    what: 'Events a second, by source.',
    span: 6,
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
    span: 6,
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
    span: 6,
    unit: 's',
    queries: [{ expr: 'time() - max by (source) (ebb_source_last_event)', legend: '{{source}}' }],
  }),
  curves({
    title: 'Judged silent',
    what: 'Sources of which no event came for too long at this hour of the week: 1.',
    span: 6,
    unit: 'short',
    queries: [{ expr: 'max by (source) (ebb_source_silent)', legend: '{{source}}' }],
  }),
  curves({
    title: 'Requests',
    what: 'Requests a second, by service and status; `ClientGone`: the caller hung up first.',
    unit: 'reqps',
    isStacked: true,
    queries: [
      {
        expr: 'sum by (job, http_response_status_code, error_type) (rate(http_server_request_duration_count[$__rate_interval]))',
        legend: '{{job}} {{http_response_status_code}}{{error_type}}',
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

const COUPONS_WEBHOOKS_TAGS = [
  curves({
    title: 'Coupons',
    what: 'How many there are, by state.',
    unit: 'short',
    queries: [{ expr: 'max by (status) (ebb_coupons)', legend: '{{status}}' }],
  }),
  curves({
    title: 'Webhook',
    what: 'Attempts an hour, by outcome; each trigger has one.',
    unit: 'short',
    isStacked: true,
    queries: [
      { expr: 'sum by (outcome) (increase(ebb_webhooks_total[1h]))', legend: '{{outcome}}' },
    ],
  }),
  curves({
    title: 'Tags that could not be told',
    what: 'Customers an hour of whom the condition of a tag could not be told.',
    unit: 'short',
    isStacked: true,
    queries: [{ expr: 'sum by (tag) (increase(ebb_tags_untold_total[1h]))', legend: '{{tag}}' }],
  }),
]

const GRADES = [
  curves({
    title: 'AUC',
    what: 'Of the last complete month: how well risks tell who stays away, by version; ½ is chance.',
    span: 6,
    unit: 'short',
    queries: [
      { expr: 'max by (model) (ebb_model_auc)', legend: '{{model}}' },
      { expr: 'max by (model, rule) (ebb_model_rule_auc)', legend: '{{model}}: rule {{rule}}' },
    ],
  }),
  curves({
    title: 'Beaten by a simple rule',
    what: 'Months in a row; two are told.',
    span: 6,
    unit: 'short',
    queries: [{ expr: 'max by (rule) (ebb_model_beaten)', legend: '{{rule}}' }],
  }),
  curves({
    title: 'Calibration',
    what: 'Mean distance of risks from what came true, and Brier score; the smaller the better.',
    span: 6,
    unit: 'short',
    queries: [
      { expr: 'max by (model) (ebb_model_calibration_error)', legend: '{{model}}: off by' },
      { expr: 'max by (model) (ebb_model_brier)', legend: '{{model}}: Brier' },
    ],
  }),
  curves({
    title: 'Drift',
    what: 'Population stability index against the first month of a version; above .25 it is great.',
    span: 6,
    unit: 'short',
    queries: [{ expr: 'max by (model) (ebb_model_stability)', legend: '{{model}}' }],
  }),
  curves({
    title: 'Alerts that were right',
    what: 'Share that was followed by no order in the horizon, by tier.',
    unit: 'percentunit',
    queries: [
      { expr: 'max by (model, tier) (ebb_model_alert_precision)', legend: '{{model}} {{tier}}' },
    ],
  }),
  curves({
    title: 'Lift',
    what: 'Of a tenth of the customers.',
    unit: 'short',
    queries: [{ expr: 'max by (model) (ebb_model_lift)', legend: '{{model}}' }],
  }),
  curves({
    title: 'Graded scores',
    what: 'Of the last complete month; a hundred at least say who is better.',
    unit: 'short',
    queries: [{ expr: 'max by (model) (ebb_model_graded)', legend: '{{model}}' }],
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
    what: 'Records a second that changed nothing: handled before, or the visit of a bot.',
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
  'Coupons and webhook': COUPONS_WEBHOOKS_TAGS,
  'What risks are worth': GRADES,
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
