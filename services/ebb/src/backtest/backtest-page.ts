import type { Backtest } from '@ebb/risk/grading/backtest'
import { answerLines, ruleTable, scoreTable, type TextRows, volumeTable } from './backtest-lines.ts'
import {
  calibrationPlot,
  leadPlot,
  liftPlot,
  PLOTTED,
  precisionPlot,
  weekPlot,
} from './backtest-plots.ts'
import type { ShopOrders } from './shop-orders.ts'
import { htmlText } from './svg-plot.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #dde2e8; --page: #fff;
  --c1: #1f6feb; --c2: #c2570c; --c3: #17805b; --c4: #8a94a3 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa5b4; --line: #303843;
  --page: #14181e; --c1: #6aa5ff; --c2: #f0975a; --c3: #4fc596; --c4: #7d8795 } }
body { margin: 0 auto; padding: 1.5rem; max-width: 84rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 0 .5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .25rem }
p { margin: .25rem 0; max-width: 60rem } .note { color: var(--soft) }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem }
figure { margin: .5rem 0 } figcaption { font-weight: 600 }
svg { width: 100%; max-width: 34rem; height: auto; display: block }
svg text { fill: var(--soft); font-size: 11px; text-anchor: middle } svg text.y { text-anchor: end }
.grid { stroke: var(--line); fill: none } .axis { stroke: var(--soft); fill: none }
.line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 5 4 }
path.c1 { stroke: var(--c1) } path.c2 { stroke: var(--c2) } path.c3 { stroke: var(--c3) }
path.c4 { stroke: var(--c4) }
circle.c1 { fill: var(--c1) } circle.c2 { fill: var(--c2) } circle.c3 { fill: var(--c3) }
i.c1 { background: var(--c1) } i.c2 { background: var(--c2) } i.c3 { background: var(--c3) }
i.c4 { background: var(--c4) }
.legend { font-size: .85rem; color: var(--soft) } .legend span { margin-right: .9rem; white-space: nowrap }
.legend i { display: inline-block; width: 1rem; height: 3px; margin-right: .35rem; vertical-align: middle }
.legend i.dot { width: 9px; height: 9px; border-radius: 50% }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .15rem .7rem .15rem 0; text-align: right; white-space: nowrap }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left }
.scores :is(th, td):nth-child(2) { text-align: right }
th { color: var(--soft); font-weight: 500; border-bottom: 1px solid var(--line) }
tr:has(td:first-child:not(:empty)) td { border-top: 1px solid var(--line) }
`

/** A backtest as one HTML page: no script, nothing loaded, light and dark as the reader has it. */
export const backtestPage = (shop: ShopOrders, result: Backtest): string => {
  const [question, , ...answer] = answerLines(shop, result)
  const { horizonDays, lostAfterDays } = result.period
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Ebb: backtest</title><style>${STYLE}</style></head><body>`,
    `<main><h1>${htmlText(question!)}</h1>`,
    ...answer.map((line) => `<p>${htmlText(line)}</p>`),
    section('Alerts by week', '', `<div class="plots">${weekPlot(result)}</div>`),
    section(
      'How often alerts are right, by how many there are',
      `Right: no order came within ${horizonDays} days. The higher the line, the better.`,
      `<div class="plots">${PLOTTED.map((stratum) => precisionPlot(result, stratum)).join('')}</div>`,
    ),
    section(
      'How early they come, by how many there are',
      `Mean of the days before a customer had been without an order for ${lostAfterDays} days; 0 where not told.`,
      `<div class="plots">${PLOTTED.map((stratum) => leadPlot(result, stratum)).join('')}</div>`,
    ),
    section(
      'Risks at the beginnings of months',
      '',
      `<div class="plots">${calibrationPlot(result)}${liftPlot(result)}</div>`,
    ),
    section('Rules', '', table(ruleTable(shop, result), 'rules')),
    section(
      'At equal volume',
      'Ebb at the threshold at which it tells as many customers of a stratum as the rule.',
      table(volumeTable(result), 'volume'),
    ),
    section('Rankings', '', table(scoreTable(result.scores), 'scores')),
    '</main></body></html>',
    '',
  ].join('\n')
}

const section = (title: string, note: string, content: string): string =>
  [
    `<section><h2>${htmlText(title)}</h2>`,
    ...(note === '' ? [] : [`<p class="note">${htmlText(note)}</p>`]),
    `${content}</section>`,
  ].join('\n')

const table = ({ columns, rows }: TextRows, name: string): string => {
  const row = (cells: readonly string[], cell: 'th' | 'td'): string =>
    `<tr>${cells.map((text) => `<${cell}>${htmlText(text)}</${cell}>`).join('')}</tr>`
  const head = row(
    columns.map(({ title }) => title),
    'th',
  )
  const body = rows.map((cells) => row(cells, 'td')).join('\n')
  return `<div class="wide"><table class="${name}"><thead>${head}</thead><tbody>\n${body}</tbody></table></div>`
}
