import type { ModelRecord } from '@ebb/contracts/model-record'
import { shopDay, shopMinute } from '../commands/shop-time.ts'
import { calibrationPlot } from './calibration-plot.ts'
import {
  type ModelCard,
  measureText,
  parameterTexts,
  rivalsOf,
  STRATUM_NAMES,
  VISITS_KIND,
} from './model-card.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
}

const text = (value: string): string => value.replace(/[&<>"']/g, (sign) => ESCAPES[sign]!)

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --accent: #0b6bcb; }
@media (prefers-color-scheme: dark) { :root { --accent: #6cb2ff; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } .wide { overflow-x: auto; }
th, td { padding: .2rem .8rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor; }
svg .grid { stroke: var(--line); } svg .even { stroke: currentColor; stroke-dasharray: 4 4; }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 2; } svg circle { fill: var(--accent); }
`

/** A model card as one page that opens offline: no script, nothing is fetched. */
export const modelCardHtml = (card: ModelCard, timeZone: string): string => {
  const { version, isInForce, model, spend, visits, record, limits } = card
  const title = `Model ${version}`
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(title)}</title><style>${STYLE}</style></head>`,
    '<body>',
    `<h1>${text(title)}</h1>`,
    `<p>${isInForce ? 'In force.' : 'Not in force.'}</p>`,
    section(
      'What it is',
      definitions([
        [model.kind, named(model.parameters)],
        ...(spend ? [[spend.kind, named(spend)] as const] : []),
        ...(visits ? [[VISITS_KIND, named(visits)] as const] : []),
      ]),
    ),
    ...(record ? recordSections(record, timeZone) : []),
    section('Limits', `<ul>${limits.map((limit) => `<li>${text(limit)}</li>`).join('')}</ul>`),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

const section = (title: string, body: string): string => `<h2>${title}</h2>\n${body}`

const definitions = (rows: readonly (readonly [string, string])[]): string =>
  `<table>${rows.map(([name, value]) => `<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>`).join('')}</table>`

const named = (parameters: object): string =>
  parameterTexts(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

const count = (value: number): string => value.toLocaleString('en-US')

const recordSections = (record: ModelRecord, timeZone: string): string[] => {
  const { customers, repeaters, orderDays, upTo, fittedAt, heldOut, why } = record
  const slice = `${shopDay(heldOut.from, timeZone)} to ${shopDay(heldOut.until, timeZone)}`
  const data = definitions([
    ['customers', `${count(customers)}, ${count(repeaters)} with orders on two days or more`],
    ['order days', `${count(orderDays)}, until ${shopMinute(upTo, timeZone)} (${timeZone})`],
    ['fitted', `${shopMinute(fittedAt, timeZone)}, ${record.origin}`],
    ['log-likelihood', record.logLikelihood.toFixed(3)],
    ['dropout', record.dropoutIdentified ? 'identified' : 'not identified: set to 5 % an order'],
    [record.isBetter ? 'better than before' : 'not better than before', why],
  ])
  const intro = `${slice}: ${count(heldOut.customers)} customers with an order before. Quiet is who did not order in these ${heldOut.horizonDays} days.`
  return [
    section('Data', data),
    section('On the slice that was held out', `<p>${intro}</p>\n${gradeTable(record)}`),
    section('Calibration', calibrationPlot(heldOut.calibration)),
  ]
}

const gradeTable = (record: ModelRecord): string => {
  const head = ['customers', 'quiet', 'AUC', 'Brier', 'ECE'].map(
    (title) => `<th scope="col" class="number">${title}</th>`,
  )
  const rows = (['all', 'x0', 'x1to4', 'x5plus'] as const).flatMap((stratum) =>
    rivalsOf(record).map(([name, grades]) => {
      const { customers, quiet, auc, brier, ece } = grades[stratum]
      const numbers = [
        count(customers),
        count(quiet),
        ...[auc, brier, ece].map((m) => measureText(m)),
      ]
      const cells = numbers.map((number) => `<td class="number">${number}</td>`).join('')
      return `<tr><td>${STRATUM_NAMES[stratum]}</td><td>${text(name)}</td>${cells}</tr>`
    }),
  )
  return `<div class="wide"><table><tr><th scope="col">order days</th><th scope="col">judged by</th>${head.join('')}</tr>\n${rows.join('\n')}</table></div>`
}
