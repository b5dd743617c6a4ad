import { useKafka, useOwnKafka, useOwnRedis, useRedis } from '@ebb/testkit/engines'
import { describe, test } from 'vitest'
import { brokerAway } from './broker-away.ts'
import { kills } from './kills.ts'
import { lostResponses } from './lost-responses.ts'
import { rebalance } from './rebalance.ts'
import { redisWiped } from './redis-wiped.ts'
import { zombie } from './zombie.ts'

// The short form of every scenario. Each throws where a promise is broken, and where its fault hit
// nothing. They run side by side: most of their time is that of sessions and ticks, which no machine
// shortens.

const kafka = await useKafka()
const redis = await useRedis()
const ownKafka = await useOwnKafka()
const ownRedis = await useOwnRedis()

const SHORT = { isLong: false, say: () => {} }
const PATIENCE_MS = 300_000

describe.concurrent('under faults', { timeout: PATIENCE_MS }, () => {
  const canKill = ownKafka !== undefined && ownRedis !== undefined
  const canShare = kafka !== undefined && redis !== undefined
  const shared = () => ({ brokers: kafka!.brokers, redisUrl: redis!.url })

  test.skipIf(!canKill)(
    'every process is killed in turn, and the ledger still adds up',
    async () => {
      await kills(SHORT)
    },
  )

  test.skipIf(!canKill)('with the broker away, what is answered with 2xx is kept', async () => {
    await brokerAway(SHORT)
  })

  test.skipIf(!canKill)('responses are lost after the append, and no record is', async () => {
    await lostResponses(SHORT)
  })

  test.skipIf(!canShare)('what a zombie writes late is not applied', async () => {
    await zombie(SHORT, shared())
  })

  test.skipIf(!canShare)('partitions move between two and three owners', async () => {
    await rebalance(SHORT, shared())
  })

  test.skipIf(!canShare || !canKill)('a wiped Redis is noticed, and made again', async () => {
    await redisWiped(SHORT, shared())
  })
})
