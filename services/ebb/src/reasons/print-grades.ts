// How often the reasons of alerts are right, on simulated shops whose causes are known:
//   node services/ebb/src/reasons/print-grades.ts 7 11 12
// For each of the seeds a year of the demonstration's shop; then all of them together, by tier, and
// what was told for which cause. The tables are those of docs/reasons.md.
import { DAY_MS } from '@ebb/customer/calendar'
import { DEMO_SEED, demoShop } from '@ebb/simulator/demo-shop'
import { confusionTable, gradeRow, type JudgedAlert, judgedAlerts } from './grade-reasons.ts'

const START = Date.UTC(2026, 0, 5)
const YEAR = START + 365 * DAY_MS

const asked = process.argv.slice(2).map(Number)
const seeds = asked.length === 0 ? [DEMO_SEED] : asked
const all: JudgedAlert[] = []
const lines = [
  '| seed | alerts | right | macro-F1 | false blame | of those who had not left |',
  '| --- | ---: | ---: | ---: | ---: | ---: |',
]
for (const seed of seeds) {
  const judged = [...judgedAlerts(demoShop(START, seed), YEAR)]
  all.push(...judged)
  lines.push(gradeRow(`${seed}`, judged))
}
lines.push(gradeRow('all', all))
for (const tier of ['light', 'moderate', 'heavy'] as const)
  lines.push(
    gradeRow(
      tier,
      all.filter((one) => one.tier === tier),
    ),
  )
process.stdout.write(`${[...lines, '', ...confusionTable(all)].join('\n')}\n`)
