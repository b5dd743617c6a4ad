import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import fc from 'fast-check'
import { test } from 'vitest'
import { faultyLog, heardLogger, type LogState, record, textOf } from './spool-fixture.ts'
import { openSpoolingWriter } from './spooling-writer.ts'

const PARTITIONS = 3
const CUSTOMERS = 6

type Step =
  | { readonly turn: LogState }
  | { readonly write: readonly number[] }
  | 'settle'
  | 'restart'

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ write: fc.array(fc.nat(CUSTOMERS - 1), { minLength: 1 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      turn: fc.constantFrom<LogState[]>('there', 'away', 'partly', 'silent', 'answers lost'),
    }),
  },
  { weight: 2, arbitrary: fc.constant('settle' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
)

/** A shop whose customers each send their next event when the one before was acknowledged. */
const runShop = async (folder: string) => {
  const topics = [EVENTS, REJECTS].map((name) => ({ name, partitions: PARTITIONS }))
  const memory = memoryEventLog({ topics, now: () => 0 })
  const { log, turn } = faultyLog(memory)
  const { logger, heard } = heardLogger()
  const open = () =>
    openSpoolingWriter({ log, logger }, { folder, limitBytes: 1e7, patienceMs: 15 })
  let writer = await open()
  const sent = Array.from({ length: CUSTOMERS }, () => 0)
  let writes: Promise<unknown>[] = []
  const lastOf = Array.from({ length: CUSTOMERS }, () => Promise.resolve(0))
  const send = (customer: number) => {
    const text = `${customer} ${sent[customer]!++}`
    const done = lastOf[customer]!.then(() =>
      writer.write([record(`customer ${customer}`, text)], []),
    )
    lastOf[customer] = done
    writes.push(done)
  }
  const settle = async () => {
    await Promise.all(writes)
    writes = []
  }
  const take = async (what: Step) => {
    if (what === 'restart') {
      await settle()
      await writer.close()
      writer = await open()
    } else if (what === 'settle') await settle()
    else if ('turn' in what) turn(what.turn)
    else for (const customer of what.write) send(customer)
  }
  const end = async () => {
    turn('there')
    for (let customer = 0; customer < CUSTOMERS; customer += 1) send(customer)
    await settle()
    while ((await writer.check()).note !== undefined) await heard('the spool is drained')
    await writer.close()
  }
  const inLog = async () => {
    const slices = Array.from({ length: PARTITIONS }, (_, partition) =>
      memory.read({ topic: EVENTS, partition }, 0, 1e6),
    )
    return (await Promise.all(slices)).flatMap(({ records }) => records.map(textOf))
  }
  return { take, end, inLog, sent }
}

test('whatever the log does, all that is acknowledged gets into it, in the order of each customer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'ebb-writer-'))
      try {
        const { take, end, inLog, sent } = await runShop(folder)
        for (const what of steps) await take(what)
        await end()
        const texts = [...new Set(await inLog())]
        for (const [customer, count] of sent.entries()) {
          const own = texts.filter((text) => text.startsWith(`${customer} `))
          assert.deepEqual(
            own,
            Array.from({ length: count }, (_, i) => `${customer} ${i}`),
          )
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    }),
    { numRuns: 60 },
  )
})
