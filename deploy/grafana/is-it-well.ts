import { curves, number } from './panels.ts'

/** The first look: one number each, in green, yellow or red. */
export const IS_IT_WELL = [
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
