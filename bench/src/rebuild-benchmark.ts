import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runRebuild, statesIn } from '@ebb/cli/rebuild/run-rebuild'
import { EMBEDDED_PARTITIONS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { beginInstallation } from '@ebb/runtime/installation'
import { startProcessors } from './bench-processors.ts'
import { BEGIN, openBenchEngines, SHOP } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale, Setting } from './benchmark.ts'
import { type Clickstream, clickstream, LIVE_UNTIL } from './clickstream.ts'
import { consumeAll, discard } from './consume-all.ts'
import { appendStretch } from './log-template.ts'

const streamOf = ({ events }: Scale): Clickstream => clickstream({ events, popularity: 'uniform' })

/** From the first event on: nothing is skipped. */
const eventsIn = ({ history, live }: Clickstream): number => history.events + live.events

const DIGEST_FILE = 'digest.txt'

/** A data folder that all processors have handled to its end, and the digest of its states. */
const prepare = async ({ shared, scale }: Omit<Setting, 'folder'>): Promise<void> => {
  const stream = streamOf(scale)
  const engines = await openBenchEngines(join(shared, 'data'), () => LIVE_UNTIL)
  const { timeZone, currency } = SHOP
  const shop = { timeZone, currency, partitions: EMBEDDED_PARTITIONS }
  const begun = await beginInstallation(engines.log, { ...shop, kind: 'live', begunAt: BEGIN })
  await appendStretch(engines.log, stream, stream.history)
  await appendStretch(engines.log, stream, stream.live)
  const processors = await startProcessors(engines, 'features and scorer')
  await processors.reached(LIVE_UNTIL)
  await processors.stop()
  const { statesDigest } = await statesIn(engines, begun)
  writeFileSync(join(shared, DIGEST_FILE), statesDigest)
  await engines.close()
}

/** Does one job on all of a log. */
type Job = (folder: string, digest: string) => Promise<void>

const contestant = (name: string, job: Job): Contestant => ({
  name,
  open: async ({ folder, shared, scale }) => ({
    prepare: async (round) => {
      const copy = join(folder, `${round}`)
      cpSync(join(shared, 'data'), copy, { recursive: true })
      const digest = readFileSync(join(shared, DIGEST_FILE), 'utf8')
      return {
        run: async () => {
          await job(copy, digest)
          return eventsIn(streamOf(scale))
        },
        end: async () => rmSync(copy, { recursive: true }),
      }
    },
    close: async () => {},
  }),
})

const consume: Job = async (folder) => {
  const engines = await openBenchEngines(folder, () => LIVE_UNTIL)
  const { done, stop } = await consumeAll(engines.log, {
    ...{ group: 'discard', from: async () => 0, each: discard },
  })
  await done
  await stop()
  await engines.close()
}

const rebuild: Job = async (folder, digest) => {
  const rebuilt = await runRebuild(embeddedEngines, {
    place: { folder, namespace: '' },
    now: () => LIVE_UNTIL,
    interrupted: new AbortController().signal,
    onProgress: () => {},
    onRetry: () => {},
  })
  if (rebuilt?.statesDigest !== digest)
    throw new Error(`The states made again have the digest ${rebuilt?.statesDigest}, not ${digest}`)
}

/** All states of features and scorer made again, against what reading the log alone costs. */
export const rebuildBenchmark: Benchmark = {
  name: 'rebuild of all states',
  prepare,
  against: contestant('consume and discard', consume),
  contestants: [{ ...contestant('ebb rebuild', rebuild), goal: '≤ 10 µs' }],
}
