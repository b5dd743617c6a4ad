import { topicsOf } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { followGenerations } from './follow-generations.ts'
import { beginInstallation, putInForce } from './installation.ts'

const SHOP = { timeZone: 'UTC', currency: 'EUR', partitions: 2, kind: 'live', begunAt: 0 } as const

const installed = async () => {
  const log = memoryEventLog({ topics: topicsOf(2), now: () => 0 })
  const begun = await beginInstallation(log, SHOP)
  const rebuilt = (generation: number) => putInForce(log, { ...begun, generation })
  return { log, rebuilt }
}

/** Follows, and says what its consumers did; `told(n)` resolves when that are n things. */
const following = async (log: Pick<EventLog, 'read'>, fail = (): void => {}) => {
  const halted = Promise.withResolvers<never>()
  halted.promise.catch(() => {})
  const said: string[] = []
  let news = Promise.withResolvers<void>()
  const say = (what: string): void => {
    said.push(what)
    news.resolve()
    news = Promise.withResolvers<void>()
  }
  const generations = followGenerations({
    ...{ log, generation: 0, lookEveryMs: 1, logger: pino({ level: 'silent' }) },
    at: (generation) => ({ generation, log: log as EventLog }),
    onHalt: halted.reject,
  })
  onTestFinished(generations.stop)
  const running = await generations.follow(async ({ generation }) => {
    if (generation > 0) fail()
    say(`begins on ${generation}`)
    return { stop: async () => say(`ends on ${generation}`) }
  })
  const told = async (count: number): Promise<string[]> => {
    while (said.length < count) await Promise.race([news.promise, halted.promise])
    return said
  }
  return { generations, running, told, said, halted: halted.promise }
}

test('consumers end on the states of before, and begin on those in force', async () => {
  const { log, rebuilt } = await installed()
  const { generations, running, told, said } = await following(log)
  expect(generations.inForce().generation).toBe(0)
  await rebuilt(1)
  await told(3)
  expect(generations.inForce().generation).toBe(1)
  await rebuilt(3)
  await told(5)
  await running.stop()
  await running.stop()
  expect(said.slice(0, 5)).toEqual([
    ...['begins on 0', 'ends on 0', 'begins on 1', 'ends on 1', 'begins on 3'],
  ])
  expect(new Set(said.slice(5))).toEqual(new Set(['ends on 3']))
})

test('consumers that begin while others are put in force go on to those', async () => {
  const { log, rebuilt } = await installed()
  const { generations, told } = await following(log)
  const late = Promise.withResolvers<void>()
  const said: number[] = []
  const beginning = generations.follow(async ({ generation }) => {
    said.push(generation)
    if (generation === 0) await late.promise
    return { stop: async () => {} }
  })
  await rebuilt(1)
  await told(3)
  late.resolve()
  await beginning
  expect(said).toEqual([0, 1])
})

test('a log that is away for a look ends nothing', async () => {
  const { log, rebuilt } = await installed()
  let looks = 0
  const read: EventLog['read'] = async (...slice) => {
    looks += 1
    if (looks < 3) throw new TransientError('EBB_LOG_AWAY', 'nobody answers')
    return log.read(...slice)
  }
  const { told } = await following({ read })
  await rebuilt(1)
  expect(await told(3)).toEqual(['begins on 0', 'ends on 0', 'begins on 1'])
})

test('consumers that cannot begin yet are begun again, and what will not pass halts', async () => {
  const { log, rebuilt } = await installed()
  const faults = [new TransientError('EBB_STORE_AWAY', 'nobody answers'), new Error('broken')]
  const { halted, said } = await following(log, () => {
    throw faults.shift()
  })
  await rebuilt(1)
  await expect(halted).rejects.toThrow('broken')
  expect(faults).toEqual([])
  expect(said).toEqual(['begins on 0', 'ends on 0'])
})
