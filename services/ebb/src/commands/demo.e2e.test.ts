import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TICK_KEY } from '@ebb/contracts/tick'
import { EVENTS } from '@ebb/contracts/topics'
import { embeddedEngines, readEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { demoShop } from '@ebb/simulator/demo-shop'
import type { LogRecord } from '@ebb/streaming/event-log'
import { producerNumber } from '@ebb/streaming/numbered-producer'
import type { Ended } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { endOfHistory } from '../demonstration.ts'
import { ANY_PORTS, endAll, startEbb } from '../ebb-process.ts'
import { installationAt } from '../installation.ts'
import { startedShop } from './live-shop.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-demo-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

const AT_RISK = /^\d{4}-\d\d-\d\d .*→ ?(light|moderate|heavy)\b/

/** Runs the demonstration until it has told of a customer at risk; then Ctrl-C. */
const runUntilAlert = async (): Promise<Ended> => {
  const env = { ...process.env, ...ANY_PORTS }
  const demo = startEbb(['demo', '--data', folder], { env })
  await startedShop(demo)
  await demo.line(AT_RISK)
  demo.kill('SIGINT')
  return demo.ended
}

/** How far the clock is, and all that was sent as history, ticks too. */
const logNow = async () => {
  const { log, close } = readEmbeddedEngines(folder)!
  const all: LogRecord[] = []
  for (let partition = 0; partition < (await log.partitions(EVENTS)); partition += 1)
    all.push(...(await log.read({ topic: EVENTS, partition }, 0, 100_000)).records)
  await close()
  const ticks = all.filter(({ key }) => key === TICK_KEY)
  const clocks = ticks.map(({ value }) => JSON.parse(Buffer.from(value).toString('utf8')).at)
  const history = all.filter((record) => producerNumber(record)?.producer === 'replay')
  return { clock: Math.max(...clocks), history: history.map(({ headers }) => headers['ce_id']) }
}

const begunAt = async (): Promise<number | undefined> =>
  (await installationAt(embeddedEngines, { folder, namespace: '' }))?.begunAt

describe('ebb demo', () => {
  test('raises alerts at once, ends on Ctrl-C, and goes on where it stopped', async () => {
    const first = await runUntilAlert()
    expect(first).toMatchObject({
      code: 0,
      signal: null,
      err: expect.stringMatching(/^Stopping; all data stay in \S+\n$/),
    })
    expect(first.out).toContain('DEMONSTRATION')
    const begun = (await begunAt())!
    const after = await logNow()
    expect(after.clock).toBeGreaterThan(endOfHistory(demoShop(begun)))
    expect(after.history.length).toBeGreaterThan(5_000)

    const second = await runUntilAlert()
    expect(second).toMatchObject({
      code: 0,
      signal: null,
      err: expect.stringMatching(/^Stopping; all data stay in \S+\n$/),
    })
    const later = await logNow()
    expect(await begunAt()).toBe(begun)
    expect(later.clock).toBeGreaterThan(after.clock)
    expect(later.history).toEqual(after.history)
  })
})
