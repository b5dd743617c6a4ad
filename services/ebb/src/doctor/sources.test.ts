import { expect, test } from 'vitest'
import { statusLines } from '../status/status-lines.ts'
import { checkSources } from './sources.ts'

const NOON = Date.UTC(2026, 5, 1, 12)
const SILENT = { judged: 2, learning: 1, silent: [{ source: 'till', since: NOON }] }
const BERLIN = { timeZone: 'Europe/Berlin' }

test('doctor says which sources are silent, since when by the clock of the shop, and what to do', () => {
  expect(checkSources(undefined, BERLIN)).toMatchObject({ status: 'ok' })
  expect(checkSources({ ...SILENT, silent: [] }, BERLIN)).toEqual({
    ...{ name: 'sources', status: 'ok' },
    found: '2 judged, none silent, 1 whose rhythm is not known yet',
  })
  expect(checkSources(SILENT, BERLIN)).toMatchObject({
    ...{ name: 'sources', status: 'warn' },
    found: expect.stringMatching(/^silent: till since 2026-06-01 14:00/),
    mend: expect.stringContaining('docs/runbooks/source-silent.md'),
  })
})

test('status has a line for them', () => {
  const status = { now: NOON, services: [], engines: [], readers: [], sources: SILENT }
  const [line] = statusLines(status, { isTerminal: false }).filter((each) =>
    each.startsWith('sources'),
  )
  expect(line).toMatch(/^sources +till SILENT since 2026-06-01 12:00.*, 2 judged, 1 learning$/)
})
