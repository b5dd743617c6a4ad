import { useKafka, useOwnKafka, useOwnRedis, usePostgres, useRedis } from '@ebb/testkit/engines'
import { startProxiedKafka } from '@ebb/testkit/proxied-kafka'
import { describe, test } from 'vitest'
import { brokerAway } from './broker-away.ts'
import { kills } from './kills.ts'
import { lostResponses } from './lost-responses.ts'
import { rebalance } from './rebalance.ts'
import { redisWiped } from './redis-wiped.ts'
import { stops } from './stops.ts'
import { zombie } from './zombie.ts'

// The short form of every scenario. Each throws where a promise is broken, and where its fault hit
// nothing. They run side by side, for much of their time is that of sessions and ticks.

const shared = { kafka: await useKafka(), redis: await useRedis() }
const canShare = shared.kafka !== undefined && shared.redis !== undefined
const postgres = await usePostgres()
const ownKafka = await useOwnKafka()
const ownRedis = await useOwnRedis()
const canKill = ownKafka !== undefined && ownRedis !== undefined

const SHORT = { isLong: false, say: () => {} }
const PATIENCE_MS = 300_000

describe.concurrent('under faults', { timeout: PATIENCE_MS }, () => {
  const quiet = () => ({ brokers: shared.kafka!.brokers, redisUrl: shared.redis!.url })

  test.skipIf(!canKill)(
    'every process is killed in turn, and the ledger still adds up',
    async () => {
      const [kafka, redis] = [await ownKafka!(), await ownRedis!()]
      try {
        await kills(SHORT, { kafka, redis })
      } finally {
        await Promise.all([kafka.stop(), redis.stop()])
      }
    },
  )

  test.skipIf(!canShare || postgres === undefined)(
    'every service that is told to stop ends in order, and nothing is done twice',
    () => stops(SHORT, { ...quiet(), postgresUrl: postgres!.url }),
  )

  // A broker costs several seconds of CPU: the one that answers no more is killed next.
  test.skipIf(!canKill)('neither lost answers nor an absent broker lose a record', async () => {
    const proxied = await startProxiedKafka()
    const redis = await ownRedis!()
    try {
      await lostResponses(SHORT, proxied)
      await brokerAway(SHORT, { kafka: proxied.kafka, redis })
    } finally {
      await Promise.all([proxied.stop(), redis.stop()])
    }
  })

  test.skipIf(!canShare)('partitions move between owners that come, leave and are killed', () =>
    rebalance(SHORT, quiet()),
  )

  test.skipIf(!canShare)('what a zombie writes late is not applied', () => zombie(SHORT, quiet()))

  test.skipIf(!canShare || !canKill)('a wiped Redis is noticed, and made again', () =>
    redisWiped(SHORT, quiet()),
  )
})
