import { useKafka, useOwnKafka, useOwnRedis, useRedis } from '@ebb/testkit/engines'
import { startNativeRedis } from '@ebb/testkit/native-redis'
import { type ProxiedKafka, startProxiedKafka } from '@ebb/testkit/proxied-kafka'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { brokerAway } from './broker-away.ts'
import { kills } from './kills.ts'
import { lostResponses } from './lost-responses.ts'
import { rebalance } from './rebalance.ts'
import { redisWiped } from './redis-wiped.ts'
import type { OwnEngines } from './scenario.ts'
import { zombie } from './zombie.ts'

// The short form of every scenario. Each throws where a promise is broken, and where its fault hit
// nothing. They run side by side, for much of their time is that of sessions and ticks, but those
// that kill engines one after the other, on the same ones: a broker costs several seconds of CPU.

const shared = { kafka: await useKafka(), redis: await useRedis() }
const canShare = shared.kafka !== undefined && shared.redis !== undefined
const ownRedis = await useOwnRedis()
const canKill = (await useOwnKafka()) !== undefined && ownRedis !== undefined

const SHORT = { isLong: false, say: () => {} }
const PATIENCE_MS = 300_000

interface Killable extends OwnEngines {
  readonly proxied: ProxiedKafka
}

describe.concurrent('under faults', { timeout: PATIENCE_MS }, () => {
  const quiet = () => ({ brokers: shared.kafka!.brokers, redisUrl: shared.redis!.url })
  let engines: Killable | undefined
  let turn = Promise.resolve()
  const inTurn = (run: (engines: Killable) => Promise<unknown>): Promise<void> => {
    const mine = turn.then(async () => {
      await run(engines!)
    })
    turn = mine.catch(() => {})
    return mine
  }

  beforeAll(async () => {
    if (!canKill) return
    const proxied = await startProxiedKafka()
    engines = { proxied, kafka: proxied.kafka, redis: await startNativeRedis() }
  })
  afterAll(async () => {
    await engines?.proxied.stop()
    await engines?.redis.stop()
  })

  test.skipIf(!canKill)('responses are lost after the append, and no record is', () =>
    inTurn(({ proxied }) => lostResponses(SHORT, proxied)),
  )

  test.skipIf(!canKill)('with the broker away, what is answered with 2xx is kept', () =>
    inTurn((own) => brokerAway(SHORT, own)),
  )

  test.skipIf(!canKill)('every process is killed in turn, and the ledger still adds up', () =>
    inTurn((own) => kills(SHORT, own)),
  )

  test.skipIf(!canShare)('what a zombie writes late is not applied', async () => {
    await zombie(SHORT, quiet())
  })

  test.skipIf(!canShare)('partitions move between three owners, two and one', async () => {
    await rebalance(SHORT, quiet())
  })

  test.skipIf(!canShare || !canKill)('a wiped Redis is noticed, and made again', async () => {
    await redisWiped(SHORT, quiet())
  })
})
