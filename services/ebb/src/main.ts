// ebb: the command line, and the whole of Ebb in one process.
// Reads and writes a data folder: access keys, spool, and on the embedded engines the event log and
// the state of each processor. With --kafka and --redis those are there, shared by all processes.
// One process owns a folder (`up`, `replay`); everything else looks on beside it.
// Guarantees: exit code 0 when all went well, 1 for a fault (said on standard error with its code),
// 130 after Ctrl-C; `up` and `demo` end with 0 when they are told to stop.

import { EMBEDDED_PARTITIONS } from '@ebb/contracts/topics'
import { guardedEngines } from '@ebb/embedded/embedded-engines'
import { embeddedPostgresUrl, startEmbeddedPostgres } from '@ebb/embedded/embedded-postgres'
import { kafkaEngine } from '@ebb/kafka/kafka-engine'
import { connectRedisEngine } from '@ebb/redis/redis-engine'
import { kafkaConnection, redisAddress } from '@ebb/runtime/engine-settings'
import { onInterrupt } from '@ebb/runtime/interrupt'
import { thisProcess } from '@ebb/runtime/lifecycle'
import type { NoticeListener } from '@ebb/streaming/engine-notice'
import { embeddedRecords, sharedRecords } from './business-records.ts'
import type { CliContext } from './cli-context.ts'
import { type EbbConfig, ebbConfig, requireBothEngines } from './config.ts'
import { engineNotices, lastingFaults } from './engine-notices.ts'
import { faultText } from './fault-text.ts'
import { ebbProgram } from './program.ts'
import { sharedEngines } from './shared-engines.ts'
import { terminal } from './terminal.ts'

const interrupt = new AbortController()
onInterrupt(thisProcess, () => interrupt.abort())

type Chosen = Pick<CliContext, 'engines' | 'records' | 'namespace' | 'partitions'>

const embedded = (config: EbbConfig, onNotice: NoticeListener): Chosen => ({
  records: embeddedRecords({
    start: (settings) => startEmbeddedPostgres({ ...settings, onNotice }),
    urlOf: embeddedPostgresUrl,
  }),
  engines: guardedEngines(config.nodeEnv, config.allowEmbedded === 'yes'),
  namespace: '',
  partitions: EMBEDDED_PARTITIONS,
})

const shared = (config: EbbConfig, onNotice: NoticeListener): Chosen => ({
  engines: sharedEngines(kafkaEngine({ ...kafkaConnection(config), onNotice }), () =>
    connectRedisEngine({ ...redisAddress(config), onNotice }),
  ),
  ...(config.postgres !== '' && { records: sharedRecords(config.postgres) }),
  namespace: config.namespace,
  partitions: config.partitions,
})

const main = async (): Promise<void> => {
  const config = ebbConfig()
  const person = terminal(config.dataFolder, interrupt.signal)
  const notices = engineNotices(lastingFaults(person.tell, () => performance.now()))
  const context = {
    ...{ ...person, notices, ...embedded(config, notices.say) },
    ...(config.keys !== '' && { keysFile: config.keys }),
  }
  await ebbProgram(context, config, (options) => {
    Object.assign(config, ebbConfig(options))
    requireBothEngines(config)
    const chosen = config.kafka === '' ? embedded : shared
    Object.assign(context, { records: undefined }, chosen(config, notices.say))
  }).parseAsync()
}

await main().catch((error: Error) => {
  process.stderr.write(`${faultText(error)}\n`)
  process.exitCode = 1
})
