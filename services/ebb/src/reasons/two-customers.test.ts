import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { twoCustomersPage } from './two-customers.ts'

const PAGE = new URL('../../../../docs/two-customers.md', import.meta.url)

test('the page of two customers says what the code says', () => {
  const howTo = 'node services/ebb/src/reasons/print-two-customers.ts writes it anew'
  expect(readFileSync(PAGE, 'utf8'), howTo).toBe(twoCustomersPage())
})

test('one of them goes through every tier to lost, the other comes back', () => {
  const said = [...twoCustomersPage().matchAll(/\*\*(.+?)\*\*/g)].map(([, what]) => what)
  expect(said).toEqual([
    ...['at risk, light', 'at risk, moderate', 'at risk, heavy', 'lost'],
    ...['at risk, light', 'at risk, moderate', 'recovered'],
  ])
})
