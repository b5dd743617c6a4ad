import { topicsOf } from '@ebb/contracts/topics'
import { kafkaEngine } from '@ebb/kafka/kafka-engine'
import { connectRedisEngine } from '@ebb/redis/redis-engine'
import { installationOf, putInForce } from '@ebb/runtime/installation'
import { uniqueName, useKafka, useRedis } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CliContext } from '../cli-context.ts'
import { sharedEngines } from '../shared-engines.ts'
import { type TestShop, testShop } from './shop-fixture.ts'
import { topicsCommand } from './topics.ts'

const kafka = await useKafka()
const redis = await useRedis()

describe.skipIf(kafka === undefined || redis === undefined)('ebb topics apply', () => {
  const broker = kafkaEngine({ brokers: kafka?.brokers ?? [] })
  const engines = sharedEngines(broker, () => connectRedisEngine({ url: redis!.url }))
  let shop: TestShop
  let namespace: string
  beforeEach(() => {
    shop = testShop(engines)
    namespace = uniqueName('apply')
  })
  afterEach(() => shop.remove())

  /** Steps of the plan by topic, and the last line. */
  const apply = async (more: { args?: string[]; partitions?: number; currency?: string } = {}) => {
    const { args = [], partitions = 2, currency = 'EUR' } = more
    const begin = { timeZone: 'UTC', currency }
    const topics = (context: CliContext) =>
      topicsCommand({ ...context, namespace, partitions }, begin)
    const lines = await shop.run(topics, 'apply', ...args)
    const steps = lines
      .filter((line) => line.startsWith(`${namespace}.`))
      .map((line) => line.slice(namespace.length + 1).split(/ {2,}/))
    return { steps, last: lines.at(-1) }
  }
  const stepsOf = async (more?: Parameters<typeof apply>[0]) =>
    (await apply(more)).steps.map(([, step]) => step)
  const each = (step: string): string[] => topicsOf(1).map(() => step)

  test('shows what it would make, and makes it only when it is meant', async () => {
    expect(await stepsOf({ args: ['--dry-run'] })).toEqual(each('create'))
    const made = await apply()
    expect(made.steps.map(([name]) => name)).toEqual(topicsOf(1).map(({ name }) => name))
    expect(made.steps.map(([, step]) => step)).toEqual(each('create'))
    expect(made.last).toBe(`Installation ${namespace}: UTC, EUR, partitions: 2.`)
    expect(await stepsOf()).toEqual(each('keep'))
  })

  test('refuses another number of partitions, in its plan already', async () => {
    await apply()
    for (const args of [['--dry-run'], []]) {
      await expect(apply({ args, partitions: 3 })).rejects.toMatchObject({
        code: 'EBB_TOPIC_PARTITIONS',
        message: expect.stringContaining('EBB_PARTITIONS=3'),
      })
      const told = shop.printed.join('\n')
      expect(told).toMatch(/winbacks\.v1 +refuse +has 2 partitions, not 3$/m)
    }
    expect(await stepsOf()).toEqual(each('keep'))
  })

  test('shows a setting that differs, and sets it right', async () => {
    await apply()
    const other = { name: 'ebb.alerts.v1', partitions: 2, kept: { days: 1 } }
    await (await broker.plan(`${namespace}.`, [other], 'log')).apply()
    const steps = (found: Awaited<ReturnType<typeof apply>>) =>
      found.steps.filter(([, step]) => step !== 'keep')
    expect(steps(await apply())).toEqual([
      ['ebb.alerts.v1', 'alter', 'retention.ms=7776000000 (is 86400000)'],
    ])
    expect(steps(await apply())).toEqual([])
  })

  test('refuses an installation that was begun with another currency', async () => {
    await apply()
    await expect(apply({ currency: 'USD' })).rejects.toMatchObject({
      code: 'EBB_INSTALLATION_DIFFERS',
      message: expect.stringContaining('currency is EUR, not USD'),
    })
  })

  test('makes the topics of the generation in force', async () => {
    await apply()
    const log = await broker.open({ prefix: `${namespace}.`, now: Date.now })
    await putInForce(log, { ...(await installationOf(log)), generation: 1 })
    await log.close()
    const { steps } = await apply({ args: ['--dry-run'] })
    const [missing, ...more] = steps.filter(([, step]) => step === 'create')
    expect([missing?.[0], more]).toEqual(['ebb.features.v1.g1', []])
  })
})
