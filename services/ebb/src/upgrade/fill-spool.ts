import { join } from 'node:path'
import { orderOf } from './fixture-history.ts'

/** Whose collector it is, and where its spool will stand. */
interface LeftSpool {
  /** Sources of that version. */
  readonly sources: string
  readonly folder: string
  /** File of the access keys. */
  readonly keys: string
  readonly now: number
}

const PARTITIONS = 4

/** Lets the collector of a version take an order of u:spooled while its log is away, and ends it. */
export const leaveSpool = async ({ sources, folder, keys, now }: LeftSpool): Promise<void> => {
  const of = (file: string) => import(join(sources, `${file}.ts`))
  const { start } = await of('services/collector/src/collector')
  const { TransientError } = await of('packages/streaming/src/faults')
  const { openKeysFile } = await of('packages/runtime/src/keys-file')
  const { createLogger } = await of('packages/runtime/src/logger')
  const log = {
    partitions: async () => PARTITIONS,
    append: async () => {
      throw new TransientError('EBB_KAFKA_UNAVAILABLE', 'the log is away')
    },
  }
  const opened = openKeysFile(keys)
  const logger = createLogger({ service: 'collector', level: 'silent' })
  const collector = await start(
    { log, keys: opened, clock: { now: () => now }, logger },
    {
      ...{ host: '127.0.0.1', port: 0, currency: 'USD', rates: {} },
      spool: { folder, limitBytes: 1_000_000 },
    },
  )
  const { key } = opened.list().find(({ kind }: { kind: string }) => kind === 'write')
  const answer = await fetch(`${collector.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify([orderOf('spooled', now)]),
  })
  await collector.stop()
  if (!answer.ok) throw new Error(`the spool was not filled: ${answer.status}`)
}
