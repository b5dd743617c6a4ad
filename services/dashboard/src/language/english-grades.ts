import type { GradesTerms } from './terms.ts'

/** English words of the page *Grades*. */
export const ENGLISH_GRADES = {
  model: 'Model',
  inForce: 'Whichever was in force',
  now: (model: string) => `In force: ${model}`,
  beaten: (rule: string, count: number, months: string) =>
    count === 1
      ? `The rule “${rule}” told better than the model in the last complete month`
      : `The rule “${rule}” told better than the model ${months} months in a row`,
  beatenHint: 'Look at the customers of these months, and fit the model anew: docs/grading.md.',
  months: 'Months',
  monthsHint:
    'By the month in which a risk was told. It is graded when its horizon has passed: a month is complete some months later.',
  month: 'Month',
  open: 'not complete',
  scored: 'Scored',
  graded: 'Graded',
  meanRisk: 'Mean risk',
  quiet: 'Stayed away',
  auc: 'AUC',
  lift: 'Lift at 10 %',
  brier: 'Brier',
  off: 'Off by',
  drift: 'PSI',
  ranking: 'Model and simple rules',
  rankingHint: 'AUC: 1 tells everybody who stays away before everybody else, ½ is chance.',
  calibration: (month: string) => `Calibration, ${month}`,
  calibrationHint: 'Ten groups by risk. On the line as many stayed away as the risk said.',
  group: 'Group',
  said: 'Risk said',
  came: 'Stayed away',
  cases: 'Customers',
  beside: (month: string) => `Beside simple rules, ${month}`,
  rule: 'Rule',
  onSame: 'the model on the same customers',
  better: 'surely better than the model',
  alerts: (month: string) => `Alerts, ${month}`,
  tier: 'Tier',
  told: 'Told',
  right: 'Right',
  rightOf: (right: string, graded: string, share: string) => `${right} of ${graded}, ${share}`,
  strata: (month: string) => `By order days, ${month}`,
  orderDays: 'Repeat days',
  none: 'Nothing was scored yet',
  noneHint: 'Each day a hundredth of the customers is scored to be graded.',
}

/** English words for values of grades. */
export const ENGLISH_GRADES_TERMS = {
  simpleRule: { silence: 'days of silence', gap: 'silence by own gap' },
  stratum: { none: 'none', few: '1 to 4', many: '5 or more' },
} satisfies GradesTerms
