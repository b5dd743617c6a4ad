import { AlertRecord } from '@ebb/contracts/alert-record'
import type { Installation } from '@ebb/contracts/installation'
import { messageCodec } from '@ebb/contracts/message-codec'
import { readTick, TICK_KEY } from '@ebb/contracts/tick'
import { ALERTS, EVENTS, INSTALLATION, topicsOf } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR, featuresDefinition } from '@ebb/features/features-definition'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { decide } from '@ebb/retention/decision/decide'
import { currentPolicy } from '@ebb/retention/ledger/policies'
import { readSettings } from '@ebb/retention/ledger/settings'
import { readPolicy } from '@ebb/retention/policy/read-policy'
import { readInstallation } from '@ebb/runtime/installation'
import { SCORER_PROCESSOR, scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import type { memoryEventLog } from '@ebb/streaming/memory-event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { type ReplaySummary, replaySummary } from '../replay/replay-summary.ts'

/** A record and the partition it stands in. */
export interface PlacedRecord {
  readonly partition: number
  readonly record: LogRecord
}

/** All records of a topic, partition by partition. */
export const readAll = async (
  log: Pick<EventLog, 'partitions' | 'read'>,
  topic: string,
): Promise<PlacedRecord[]> => {
  const all: PlacedRecord[] = []
  for (let partition = 0; partition < (await log.partitions(topic)); partition += 1) {
    for (let offset = 0; ; ) {
      const { records } = await log.read({ topic, partition }, offset, 5_000)
      if (records.length === 0) break
      all.push(...records.map((record) => ({ partition, record })))
      offset = records.at(-1)!.offset + 1
    }
  }
  return all
}

/** The largest tick of all partitions. */
export const latestTick = (events: readonly PlacedRecord[]): number =>
  Math.max(
    ...events.map(({ record }) => {
      const at = readTick(record)
      return typeof at === 'number' ? at : 0
    }),
  )

/** The events of a demonstration in memory, each once, with all their ticks; and stores for it. */
export const copyOfEvents = (
  events: readonly PlacedRecord[],
  engines: {
    readonly memoryEventLog: typeof memoryEventLog
    readonly memoryPartitionStore: () => PartitionStore
  },
): { log: EventLog; store: (name: string) => PartitionStore } => {
  const partitions = Math.max(...events.map(({ partition }) => partition)) + 1
  let appendedAt = 0
  const log = engines.memoryEventLog({ topics: topicsOf(partitions), now: () => appendedAt })
  const seen = new Set<string>()
  for (const { partition, record } of events) {
    const id = record.headers['ce_id'] ?? ''
    if (record.key !== TICK_KEY && seen.has(id)) continue
    seen.add(id)
    appendedAt = record.appendedAt
    void log.append({ topic: EVENTS, partition }, [record])
  }
  // What follows from them comes later than every tick: one ahead of its record would be refused.
  appendedAt = Date.UTC(2100, 0)
  const stores = new Map<string, PartitionStore>()
  const store = (name: string): PartitionStore => {
    const known = stores.get(name) ?? engines.memoryPartitionStore()
    stores.set(name, known)
    return known
  }
  return { log, store }
}

/** Runs the processors to the end, and adds up what they know at an instant. */
export const summaryOf = async (
  log: EventLog,
  store: (name: string) => PartitionStore,
  clock: number,
): Promise<{ summary: ReplaySummary; installation: Pick<Installation, 'begunAt'> }> => {
  const shop = { timeZone: 'UTC', currency: 'USD' }
  const [features, scorer] = [store(FEATURES_PROCESSOR), store(SCORER_PROCESSOR)]
  await runProcessorToEnd(featuresDefinition(shop), { log, store: features })
  await runProcessorToEnd(scorerDefinition(SHIPPED_SCORING), { log, store: scorer })
  const { summary } = await replaySummary({ log, features, scorer, ...shop, clock })
  const { records } = await log.read({ topic: INSTALLATION, partition: 0 }, 0, 1)
  const begun = records.length === 0 ? undefined : await readInstallation(log)
  return { summary, installation: { begunAt: begun?.begunAt ?? 0 } }
}

/** A decision before any budget was asked. */
interface DecidedRow {
  readonly decisionId: string
  readonly alertId: string
  readonly reason: string | null
  readonly treatment: string | null
  readonly arm: string | null
}

const byAlert = (a: DecidedRow, b: DecidedRow): number => (a.alertId < b.alertId ? -1 : 1)

/** All decisions, as they stood before the budget gate. */
export const decisionsIn = async (postgres: Postgres): Promise<DecidedRow[]> => {
  const rows = await postgres.query<DecidedRow>(
    `SELECT decision_id AS "decisionId", alert_id AS "alertId",
       NULLIF(no_action_reason, 'BUDGET_EXHAUSTED') AS reason, treatment_id AS treatment, arm
     FROM decisions`,
  )
  return rows.sort(byAlert)
}

const { decode } = messageCodec(AlertRecord)

/**
 * The decisions that follow from the alerts that retention has read: what nobody can know from the
 * log, the mode that each was made in, is taken from the table.
 */
export const decidedAgain = async (log: EventLog, postgres: Postgres): Promise<DecidedRow[]> => {
  const { salt } = await readSettings(postgres)
  const { text } = (await currentPolicy(postgres))!
  const policy = readPolicy(text, { currency: 'USD' })
  const modes = await modesOf(postgres)
  const seen = new Set<string>()
  const past: { customerId: string; decidedAt: number; mode: string }[] = []
  const rows: DecidedRow[] = []
  for (const alert of await alertsRead(log, postgres)) {
    const { alertId, customerId, kind, raisedAt: decidedAt } = alert
    if (seen.has(alertId) || kind !== 'at_risk') continue
    seen.add(alertId)
    const mode = modes.get(alertId) ?? 'live'
    const history = past.filter(
      (each) => each.customerId === customerId && (each.mode === 'live' || mode === 'shadow'),
    )
    const decided = decide({
      ...{ alert, policy, salt, mode, history: within(history, decidedAt) },
      ...{ isExcluded: false, timeZone: 'UTC' },
    })
    const { outcome, decisionId } = decided
    if (outcome.kind !== 'none') past.push({ customerId, decidedAt, mode })
    const held = outcome.kind === 'hold_out'
    rows.push({
      ...{ decisionId, alertId },
      reason: outcome.kind === 'none' ? outcome.reason : held ? 'HOLD_OUT' : null,
      treatment: outcome.kind === 'none' ? null : outcome.treatment.id,
      arm: outcome.kind === 'none' ? null : held ? 'hold_out' : 'treated',
    })
  }
  return rows.sort(byAlert)
}

const DAY_MS = 86_400_000
/** Caps and cool-down of the shipped policy look back no farther. */
const LOOK_BACK_DAYS = 90

const within = <T extends { decidedAt: number }>(history: readonly T[], now: number): T[] =>
  history.filter(({ decidedAt }) => decidedAt >= now - LOOK_BACK_DAYS * DAY_MS)

const modesOf = async (postgres: Postgres): Promise<ReadonlyMap<string, 'live' | 'shadow'>> => {
  const rows = await postgres.query<{ id: string; mode: 'live' | 'shadow' }>(
    'SELECT alert_id AS id, mode FROM decisions',
  )
  return new Map(rows.map(({ id, mode }) => [id, mode]))
}

const alertsRead = async (log: EventLog, postgres: Postgres): Promise<AlertRecord[]> => {
  const offsets = await postgres.query<{ partition: number; next: number }>(
    `SELECT partition, next_offset AS next FROM topic_offsets WHERE topic = $1`,
    [ALERTS],
  )
  const next = new Map(offsets.map((row) => [row.partition, row.next]))
  const records = await readAll(log, ALERTS)
  return records
    .filter(({ partition, record }) => record.offset < (next.get(partition) ?? 0))
    .map(({ record }) => decode(record.value))
}
