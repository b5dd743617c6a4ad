import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { startEmbeddedPostgres } from '@ebb/embedded/embedded-postgres'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { demoShop } from '@ebb/simulator/demo-shop'
import { BATCH_EVENTS } from '@ebb/simulator/post-events'
import { shopTimeline } from '@ebb/simulator/timeline'
import type { OwnedEngines } from '@ebb/streaming/engines'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endOfHistory, lastPosted } from '../demonstration.ts'
import { ANY_PORTS, endAll, startEbb } from '../ebb-process.ts'
import { startedShop } from './live-shop.ts'
import {
  copyOfEvents,
  decidedAgain,
  decisionsIn,
  latestTick,
  readAll,
  summaryOf,
} from './recomputation-fixture.ts'

const KILLS = 10
const LONGEST_LIFE_MS = 4_000

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-demo-kill-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true, force: true })
})

const start = () => startEbb(['demo', '--data', folder], { env: { ...process.env, ...ANY_PORTS } })

/** Kills the demonstration at random moments, and lets it end in order the last time. */
const killAgainAndAgain = async (): Promise<void> => {
  const first = start()
  await startedShop(first)
  await first.line(/→/)
  let last = first
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Also before it is up: while it makes tables, catches up, or sends what is left.
    await setTimeout(Math.random() * LONGEST_LIFE_MS)
    await last.kill('SIGKILL')
    last = start()
  }
  await last.line(/→/)
  await setTimeout(LONGEST_LIFE_MS)
  await last.kill('SIGTERM')
  const { code } = await last.ended
  expect(code).toBe(0)
}

/** Opens what the demonstration has left. */
const opened = async <T>(
  work: (engines: OwnedEngines, postgres: Postgres) => Promise<T>,
): Promise<T> => {
  // Later than every tick of the scaled clock: one ahead of its record's append time is refused.
  const now = () => Date.UTC(2100, 0)
  const owner = { what: 'the test', now, durability: 'killed-process' } as const
  const engines = openEmbeddedEngines(folder, owner)
  const server = await startEmbeddedPostgres({ folder, durability: 'killed-process' })
  const postgres = await openPostgres({
    ...{ url: server.url, schema: 'retention', applicationName: 'test' },
  })
  try {
    return await work(engines, postgres)
  } finally {
    await postgres.close()
    await server.stop()
    await engines.close()
  }
}

test(`a demonstration that is killed ${KILLS} times loses nothing and does nothing twice`, async () => {
  await killAgainAndAgain()
  await opened(async (engines, postgres) => {
    const events = await readAll(engines.log, 'ebb.events.v1')
    const clock = latestTick(events)
    const found = await summaryOf(engines.log, engines.store, clock)
    const begunAt = found.installation.begunAt

    // Every event of the simulated shop is in the log, but for the last request and what is behind it.
    const ids = new Set(events.map(({ record }) => record.headers['ce_id']))
    const span = { from: endOfHistory(demoShop(begunAt)), until: await lastPosted(engines.log) }
    const posted = [...shopTimeline(demoShop(begunAt), span)].slice(0, -BATCH_EVENTS)
    expect(posted.length).toBeGreaterThan(0)
    expect(posted.filter(({ messageId }) => !ids.has(messageId))).toEqual([])

    // States and alerts are those of a log in which every event stands once.
    const { log, store } = copyOfEvents(events, { memoryEventLog, memoryPartitionStore })
    const again = await summaryOf(log, store, clock)
    expect(found.summary.orders).toBeGreaterThan(500)
    expect(again.summary.statesDigest).toBe(found.summary.statesDigest)
    expect(again.summary.digest).toBe(found.summary.digest)

    // One decision for each alert of silence, and the one that the pure function makes.
    const decisions = await decisionsIn(postgres)
    const expected = await decidedAgain(engines.log, postgres)
    expect(decisions.length).toBeGreaterThan(100)
    expect(decisions).toEqual(expected)

    // Each trigger once, whatever was published twice; each coupon once; budgets to the cent.
    const triggers = await readAll(engines.log, 'ebb.winbacks.v1')
    const codes = new Map<string, Set<string>>()
    for (const { record } of triggers) {
      const { decisionId, treatment } = JSON.parse(Buffer.from(record.value).toString())
      const known = codes.get(decisionId) ?? new Set()
      codes.set(decisionId, known.add(treatment.coupon?.code ?? ''))
    }
    expect([...codes.values()].filter(({ size }) => size > 1)).toEqual([])
    const sent = await postgres.query<{ id: string }>(
      `SELECT decision_id AS id FROM decisions WHERE status = 'sent' ORDER BY 1`,
    )
    // What was published is only not known as sent where the process died in between.
    for (const { id } of sent) expect(codes.has(id)).toBe(true)
    // The coupons of the table are those of the log, and every order that took one is in it.
    const coupons = await postgres.query<{ id: string; code: string; order: string | null }>(
      'SELECT decision_id AS id, code, order_id AS order FROM coupons',
    )
    for (const { id, code } of coupons)
      if (codes.has(id)) expect(codes.get(id)).toEqual(new Set([code]))
    const promised = [...codes].filter(([, known]) => !known.has(''))
    for (const [id] of promised) expect(coupons.some((coupon) => coupon.id === id)).toBe(true)
    const orders = new Set(
      (await readAll(engines.log, 'ebb.orders.v1')).map(
        ({ record }) => JSON.parse(Buffer.from(record.value).toString()).orderId,
      ),
    )
    const unknown = coupons.filter(({ order }) => order !== null && !orders.has(order))
    // What the last stop has cut off is posted at the next start: one answer, and one order of the
    // shop's own life that took a coupon.
    expect(unknown.length).toBeLessThanOrEqual(2)
    const budgets = await postgres.query(
      `SELECT budget_id, reserved_minor, spent_minor,
         coalesce(sum(committed_minor) FILTER (WHERE status = 'issued'), 0)::bigint AS issued,
         coalesce(sum(discount_minor), 0)::bigint AS redeemed
       FROM budgets LEFT JOIN coupons USING (budget_id) GROUP BY 1`,
    )
    for (const { reserved_minor, spent_minor, issued, redeemed } of budgets)
      expect([reserved_minor, spent_minor]).toEqual([issued, redeemed])
  })
})
