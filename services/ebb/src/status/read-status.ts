import type { LiveView } from '@ebb/contracts/dashboard-api'
import type { Installation } from '@ebb/contracts/installation'
import type { WinbackStatus } from '@ebb/contracts/winback-api'
import { DAY_MS } from '@ebb/customer/calendar'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { type AlertCount, alertCounts } from '@ebb/insights/alerts/alert-counts'
import { countHeld } from '@ebb/insights/customers/held-customers'
import { lossAtStake } from '@ebb/insights/customers/loss-at-stake'
import { countCustomers } from '@ebb/insights/live/live-view'
import { winbackStatus } from '@ebb/retention/reports/winback-summary'
import { wallClock } from '@ebb/runtime/clock'
import { valuingOf } from '@ebb/runtime/margin-setting'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { CliContext } from '../cli-context.ts'
import { placeOf } from '../commands/data-folder.ts'
import type { EbbConfig } from '../config.ts'
import { type Owner, readOwner } from '../doctor/machine.ts'
import { alertsPaused } from '../survey/alerts-paused.ts'
import { lagOf, placesOf, processorsOf, recordReadersOf } from '../survey/readers.ts'
import {
  type Probed,
  probeServices,
  type Readiness,
  type ServiceConfig,
  type ServiceOptions,
} from '../survey/service-probes.ts'
import { readSources, type SourcesStanding } from '../survey/silent-sources.ts'
import { type Answer, type Survey, surveyOf } from '../survey/survey.ts'
import { settledWithin } from '../survey/time-limit.ts'
import { type RecentEvents, recentEvents } from './recent-events.ts'
import { type ScorerStanding, scorerStanding } from './scorer-standing.ts'

/** What there is to see at a glance; what cannot be asked is absent. Instants in ms. */
export interface Status {
  readonly installation?: Installation
  /** On embedded engines: who has the data folder, or had it last. */
  readonly owner?: Owner
  readonly services: readonly (Pick<Probed, 'name' | 'url'> & Partial<Readiness>)[]
  readonly engines: readonly EngineStatus[]
  /** The clock of the shop: that on the wall where it is live. */
  readonly now: number
  /** Of a live installation: how far its clocks came, which stand where nothing runs. */
  readonly clock?: number
  readonly events?: RecentEvents & { readonly withinMs: number }
  /** Where it is meant to run. */
  readonly scorer?: ScorerStanding
  /** Records that wait, by reader. */
  readonly readers: readonly { readonly name: string; readonly lag: number }[]
  readonly customers?: LiveView['customers']
  /** Silent sources, and how many customers are held for each. */
  readonly held?: LiveView['held']
  /** What the silence of those at risk is expected to cost, in minor units. */
  readonly expectedLossMinor?: number
  /** Of the last day of the shop's clock. */
  readonly alerts?: readonly AlertCount[]
  readonly alertsPaused?: boolean
  readonly sources?: SourcesStanding
  readonly winbacks?: Pick<WinbackStatus, 'mode' | 'coupons'>
}

/** An engine at a glance. */
export interface EngineStatus {
  readonly need: 'event log' | 'state store' | 'business records'
  readonly name: string
  readonly isUp: boolean
  /** Why not. */
  readonly message?: string
}

/** What to look at. */
export interface StatusOptions extends ServiceOptions {
  readonly data: string
}

/** Settings that matter to it. */
export type StatusConfig = ServiceConfig & Pick<EbbConfig, 'marginPercent'>

const MINUTE_MS = 60_000
const PATIENCE_MS = 3_500

/** Asks everything at once; nothing that is away keeps the rest from being told. */
export const readStatus = async (
  context: CliContext,
  config: StatusConfig,
  options: StatusOptions,
): Promise<Status> => {
  const { data } = options
  const isShared = context.engines.shared !== undefined
  const probing = probeServices(context, config, options)
  const survey = await surveyOf(context, placeOf(context, data))
  try {
    const owner = isShared ? undefined : await readOwner(data)
    const [services, { scorer, ...read }] = await Promise.all([
      probing,
      fromEngines(survey, config),
    ])
    const isReplay = survey.installation?.kind === 'replay'
    const isMeant = !isReplay && (isShared || owner?.isAlive === true)
    return {
      ...(survey.installation && { installation: survey.installation }),
      ...(owner && { owner }),
      ...{ services: services.map(flat), engines: enginesOf(context, survey) },
      ...read,
      ...(isMeant && scorer && { scorer }),
    }
  } finally {
    await survey.close()
  }
}

const flat = ({ name, url, answer }: Probed): Status['services'][number] => ({
  ...{ name, url, ...answer },
})

type FromEngines = Omit<Status, 'installation' | 'owner' | 'services' | 'engines'>

const fromEngines = async (survey: Survey, config: StatusConfig): Promise<FromEngines> => {
  const { engines, installation } = survey
  const { readers, clock, scorer } = await readersIn(survey)
  const isLive = installation === undefined || installation.kind === 'live'
  const now = isLive ? wallClock.now() : Math.max(clock, installation.begunAt)
  // A minute of a demonstration is over before anybody could look.
  const withinMs = isLive ? MINUTE_MS : DAY_MS
  const [sources, events, paused, ...records] = await Promise.all([
    engines && isLive && answered(readSources(engines)),
    engines && installation && answered(recentEvents(engines.log, now - withinMs)),
    engines && installation && answered(alertsPaused(engines.log)),
    ...recordsIn(survey, config, now),
  ])
  const [customers, alerts, winbacks, expectedLossMinor, held] = records
  return {
    ...{ now, readers, ...(scorer && { scorer }), ...(isLive && clock > 0 && { clock }) },
    ...(events && { events: { ...events, withinMs } }),
    ...(customers && { customers }),
    ...(held && { held }),
    ...(expectedLossMinor !== undefined && { expectedLossMinor }),
    ...(alerts && { alerts }),
    ...(paused !== undefined && { alertsPaused: paused }),
    ...(sources && { sources }),
    ...(winbacks && { winbacks: { mode: winbacks.mode, coupons: winbacks.coupons } }),
  }
}

const recordsIn = (
  { records, installation }: Survey,
  { marginPercent }: StatusConfig,
  now: number,
) => {
  if (records?.status !== 'fulfilled') return [] as const
  const { currency = 'USD' } = installation ?? {}
  const scoring = { ...SHIPPED_SCORING, ...valuingOf({ currency, marginPercent }) }
  const { retention, insights } = records.value.schemas
  return [
    answered(countCustomers(insights)),
    answered(alertCounts(insights, now - DAY_MS)),
    answered(winbackStatus(retention, wallClock.now())),
    answered(lossAtStake(insights, scoring, now)),
    answered(countHeld(insights)),
  ] as const
}

/** What came of it; nothing where it failed: doctor says why. */
const answered = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  const settled = await settledWithin(PATIENCE_MS, asked)
  return settled.status === 'fulfilled' ? settled.value : undefined
}

/** How far readers are, the scorer by itself, and the largest clock among them. */
const readersIn = async (
  survey: Survey,
): Promise<Pick<Status, 'readers' | 'scorer'> & { readonly clock: number }> => {
  const { engines, store, installation } = survey
  if (engines === undefined || installation === undefined) return { readers: [], clock: 0 }
  const { generation, kind } = installation
  const isLive = kind === 'live'
  const records = survey.records?.status === 'fulfilled' ? survey.records.value : undefined
  const asked = [
    ...(store?.status === 'fulfilled' ? processorsOf(generation) : []),
    ...(records === undefined ? [] : recordReadersOf(generation)),
  ].map(async (reader) => {
    const places = await answered(placesOf({ engines, ...(records && { records }) }, reader))
    return places && { name: reader.name, places }
  })
  const [members, ...answers] = await Promise.all([scorerMembers(survey), ...asked])
  const found = answers.filter((each) => each !== undefined)
  const placesIn = (processor: string) => found.find(({ name }) => name === processor)?.places
  const [features, scorer] = [FEATURES_PROCESSOR, SCORER_PROCESSOR].map(placesIn)
  const clocks = found.flatMap(({ places }) => places.map(({ clock = 0 }) => clock))
  return {
    readers: found.map(({ name, places }) => ({ name, lag: lagOf(places) })),
    ...(features && scorer && { scorer: scorerStanding({ features, scorer, isLive, ...members }) }),
    clock: Math.max(0, ...clocks),
  }
}

/** How many read for the scorer; nothing where that cannot be asked. */
const scorerMembers = async ({ engines, installation }: Survey) => {
  const reader = processorsOf(installation?.generation ?? 0).find(isScorer)!
  const asked = engines?.members && answered(engines.members([reader.group]))
  const [members] = (await asked) ?? []
  return members && { members: members.length }
}

const isScorer = ({ name }: { readonly name: string }): boolean => name === SCORER_PROCESSOR

const enginesOf = (
  { engines, records: named }: CliContext,
  { log, store, records }: Survey,
): EngineStatus[] => [
  engineOf({ need: 'event log', name: engines.names.log }, log),
  ...(store ? [engineOf({ need: 'state store', name: engines.names.store }, store)] : []),
  ...(named && records ? [engineOf({ need: 'business records', name: named.name }, records)] : []),
]

const engineOf = (
  engine: Pick<EngineStatus, 'need' | 'name'>,
  answer: Answer<unknown>,
): EngineStatus => {
  if (answer.status === 'fulfilled') return { ...engine, isUp: answer.value !== undefined }
  return { ...engine, isUp: false, message: (answer.reason as Error).message }
}
