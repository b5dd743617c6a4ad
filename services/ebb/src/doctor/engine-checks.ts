import type { Queries } from '@ebb/postgres/transaction'
import { wallClock } from '@ebb/runtime/clock'
import type { ExaminedEngines, GroupMember, Place } from '@ebb/streaming/engines'
import type { CliContext } from '../cli-context.ts'
import { alertsPaused } from '../survey/alerts-paused.ts'
import { placesOf, processorsOf, type Reader, recordReadersOf } from '../survey/readers.ts'
import { readSources } from '../survey/silent-sources.ts'
import type { Answer, Survey } from '../survey/survey.ts'
import { attempt, type Check, fail, ok, warn } from './check.ts'
import { checkClocks, stampsAhead } from './clocks.ts'
import { checkEngine, checkSkew } from './engines.ts'
import { checkGrades } from './grades.ts'
import { checkInstallation } from './machine.ts'
import { checkOwners, checkReader } from './readers.ts'
import { checkAlerts, checkMigrations, checkWebhook, checkWinbacks, settingsOf } from './records.ts'
import { checkSources } from './sources.ts'
import { checkTopicSettings, checkTopics } from './topics.ts'

/** What is known before the checks of engines and services are made. */
export interface Found {
  readonly survey: Survey
  /** A process has the data folder. */
  readonly isOwned: boolean
  /** The command that starts what does not run. */
  readonly start: string
  /** The command that makes what is missing. */
  readonly begin: string
}

const HIDDEN_BY_LOG = 'installation, topics, pause of alerts, readers, owners, clocks'

/** What the engines are, and whether their clocks agree with that of this machine. */
export const enginesChecks = async (
  { engines, records }: CliContext,
  { survey, isOwned, start }: Found,
): Promise<Check[]> => {
  const isShared = engines.shared !== undefined
  const { log, store } = survey
  const mend = (engine: string, option: string): string =>
    isShared
      ? `Start ${engine}, or mend ${option}; Ebb goes on by itself`
      : 'Restore the data folder from a backup, or begin with another'
  const begun = <T>(answer: Answer<T | undefined>): answer is Answer<T> =>
    answer.status === 'rejected' || answer.value !== undefined
  return [
    begun(log)
      ? checkEngine({
          ...{ name: 'event log', answer: log, hides: HIDDEN_BY_LOG },
          mend: mend(engines.names.log, '--kafka (EBB_KAFKA)'),
        })
      : fail('event log', 'there is none in the folder', `Start \`${start}\`, which makes it`),
    ...(store === undefined
      ? []
      : [
          checkEngine({
            ...{ name: 'state store', answer: store, hides: 'readers of states' },
            mend: mend(engines.names.store, '--redis (EBB_REDIS)'),
          }),
        ]),
    ...checkRecords(survey, {
      ...{ isExpected: isShared || isOwned, isNamed: records !== undefined, isShared, start },
    }),
    ...(await skewChecks(survey, isShared)),
  ]
}

interface RecordsPlace extends Pick<Found, 'start'> {
  readonly isExpected: boolean
  readonly isNamed: boolean
  readonly isShared: boolean
}

const NAME = 'business records'

const checkRecords = (
  { records }: Survey,
  { isExpected, isNamed, isShared, start }: RecordsPlace,
): Check[] => {
  if (!isNamed)
    return isShared ? [warn(NAME, 'none: no win-backs and no dashboard', 'Set EBB_POSTGRES')] : []
  if (records === undefined) return []
  if (records.status === 'rejected' && !isExpected)
    return [warn(NAME, 'PostgreSQL runs only with Ebb', `Start \`${start}\``)]
  const mend = 'Start PostgreSQL, or mend EBB_POSTGRES; Ebb goes on by itself'
  const hides = 'migrations, win-backs, webhook, readers of retention and insights'
  const answer =
    records.status === 'fulfilled' ? { ...records, value: records.value.report } : records
  return [checkEngine({ name: NAME, answer, mend, hides })]
}

const skewChecks = async (survey: Survey, isShared: boolean): Promise<Check[]> => {
  const { log, store, records, engines, installation } = survey
  const reports = [
    ...(log.status === 'fulfilled' ? [log.value] : []),
    ...(store?.status === 'fulfilled' ? [store.value] : []),
    ...(records?.status === 'fulfilled' ? [records.value.report] : []),
  ]
  const clocks = reports.flatMap((report) =>
    report?.aheadMs === undefined ? [] : [[report.product, report.aheadMs] as const],
  )
  const isStamped = isShared && installation?.kind === 'live' && engines !== undefined
  const check = await attempt('clock skew', async () => {
    const stamps = isStamped ? await stampsAhead(engines) : undefined
    const ofLog = stamps === undefined ? [] : [['stamps of the log', stamps] as const]
    return checkSkew([...clocks, ...ofLog])
  })
  return clocks.length === 0 && !isStamped ? [] : [check]
}

/** What stands in the log, and how far everybody has read it. */
export const logChecks = async (
  context: CliContext,
  place: Place,
  found: Found,
): Promise<Check[]> => {
  const { survey, begin } = found
  const { engines, installation } = survey
  if (engines === undefined) return []
  const { shared } = context.engines
  const topics = await attempt('topics', () => checkTopics(engines, installation, begin))
  if (installation === undefined || topics.status === 'fail')
    return [checkInstallation(installation, begin), topics]
  const isPlanned = shared !== undefined && installation.kind === 'live'
  const settings = isPlanned
    ? [attempt('topic settings', () => checkTopicSettings(shared, place, installation))]
    : []
  const [readers, planned] = await Promise.all([
    readerChecks({ ...found, engines, generation: installation.generation }, shared !== undefined),
    Promise.all(settings),
  ])
  return [checkInstallation(installation, begin), topics, ...planned, ...readers]
}

interface ReadFrom extends Found {
  readonly engines: ExaminedEngines
  readonly generation: number
}

const readerChecks = async (from: ReadFrom, isShared: boolean): Promise<Check[]> => {
  const { survey, engines, generation, start, isOwned } = from
  const records = survey.records?.status === 'fulfilled' ? survey.records.value : undefined
  const processors = survey.store?.status === 'fulfilled' ? processorsOf(generation) : []
  const readers = [...processors, ...(records === undefined ? [] : recordReadersOf(generation))]
  const isPaused = await alertsPaused(engines.log).catch(() => false)
  const clocks: number[][] = []
  const lags = readers.map((reader) =>
    attempt(reader.name, async () => {
      const places = await placesOf({ engines, ...(records && { records }) }, reader)
      if (reader.keptIn === 'state store' && !reader.isWithoutClock)
        clocks.push(places.map(({ clock = 0 }) => clock))
      return checkReader(reader, { places, isPaused: isPaused && reader.name === 'scorer', start })
    }),
  )
  const [checks, owners] = await Promise.all([Promise.all(lags), ownerChecks(from)])
  // That of the slowest: the scorer's cannot run ahead of the other.
  const slowest = clocks.sort((a, b) => Math.min(...a) - Math.min(...b))[0]
  const settings = {
    ...{ installation: survey.installation, isRunning: isShared || isOwned, wall: wallClock.now() },
  }
  return [
    ...(survey.installation?.kind === 'replay' ? [] : [checkAlerts(isPaused)]),
    ...checks,
    ...owners,
    ...(slowest === undefined ? [] : [checkClocks(slowest, settings)]),
    ...(await sourcesChecks(from)),
  ]
}

/** Elsewhere nobody tells what comes. */
const sourcesChecks = async ({ survey, engines }: ReadFrom): Promise<Check[]> => {
  const { installation, store } = survey
  if (installation?.kind !== 'live' || store?.status !== 'fulfilled') return []
  return [
    await attempt('sources', async () => checkSources(await readSources(engines), installation)),
  ]
}

const ownerChecks = async ({ survey, engines, generation, start }: ReadFrom): Promise<Check[]> => {
  if (engines.members === undefined) return []
  const isKept = survey.records !== undefined
  const readers = [...processorsOf(generation), ...(isKept ? recordReadersOf(generation) : [])]
  const groups = readers.map(({ group }) => group)
  let members: readonly (readonly GroupMember[])[] = []
  const asked = await attempt('owners', async () => {
    members = await engines.members!(groups)
    return ok('owners', '')
  })
  if (asked.status === 'fail') return [asked]
  const isRunning = members.some(({ length }) => length > 0)
  return Promise.all(
    readers.map((reader: Reader, i) =>
      attempt(`owners of ${reader.name}`, async () => {
        const partitions = await engines.log.partitions(reader.topic)
        return checkOwners(reader, { members: members[i]!, partitions, isRunning, start })
      }),
    ),
  )
}

/** What retention and insights keep in PostgreSQL. */
export const recordsChecks = async (
  { survey: { records, installation }, start }: Found,
  isWebhookSet: boolean,
): Promise<Check[]> => {
  if (records?.status !== 'fulfilled') return []
  const { retention, insights } = records.value.schemas
  const steering = async (): Promise<Check[]> => {
    const settings = await settingsOf(retention)
    if (settings === undefined) return []
    const { mode } = settings
    const winbacks = checkWinbacks(settings)
    // Its shoppers read their offers in the database.
    if (installation?.kind === 'demonstration') return [winbacks]
    return [winbacks, await checkWebhook(retention, { mode, isSet: isWebhookSet })]
  }
  const [migrations, steered, graded] = await Promise.all([
    Promise.all([
      attempt('migrations of retention', () => checkMigrations(retention, 'retention', start)),
      attempt('migrations of insights', () => checkMigrations(insights, 'insights', start)),
    ]),
    steering().catch(async (error: unknown) => [
      await attempt('win-backs', () => Promise.reject(error)),
    ]),
    gradesChecks(insights, installation?.timeZone ?? 'UTC'),
  ])
  return [...migrations, ...steered, ...graded]
}

const gradesChecks = async (insights: Queries, timeZone: string): Promise<Check[]> => {
  const none = ok('model', 'nothing was graded yet')
  const check = await attempt(
    none.name,
    async () => (await checkGrades(insights, timeZone)) ?? none,
  )
  return check === none ? [] : [check]
}
