import type { CliContext } from '../cli-context.ts'
import { moneyText } from '../commands/money-text.ts'
import { duration, shopSecond } from '../commands/shop-time.ts'
import { painted, printable } from '../commands/terminal-text.ts'
import type { Status } from './read-status.ts'

/** One screen: first what stands still, then what happens. */
export const statusLines = (status: Status, look: Pick<CliContext, 'isTerminal'>): string[] =>
  [
    ['ebb', installationText(status)],
    ['runs', runsText(status, look)],
    ['engines', enginesText(status, look)],
    ['events', eventsText(status)],
    ['sources', sourcesText(status, look)],
    ['behind', behindText(status)],
    ['customers', customersText(status)],
    ['alerts', alertsText(status, look)],
    ['win-backs', winbacksText(status, look)],
  ].flatMap(([name, text]) => (text === undefined ? [] : [`${name!.padEnd(NAME_WIDTH)}${text}`]))

const NAME_WIDTH = 11

type Look = Pick<CliContext, 'isTerminal'>

const installationText = ({ installation, now, engines }: Status): string => {
  const log = engines.find(({ need }) => need === 'event log')
  if (installation === undefined) {
    const why = log?.isUp === false && log.message !== undefined ? ': the event log is away' : NAMED
    return `no installation is to be seen here${why}`
  }
  const { kind, timeZone, currency, partitions } = installation
  return `${kind}, ${currency}, ${partitions} partitions, ${shopSecond(now, timeZone)} ${timeZone}`
}

const NAMED = '; is it the right folder (--data), or the right --namespace?'

/** What runs, by its process and by what answers. */
const runsText = (status: Status, look: Look): string => {
  const { owner, services, installation } = status
  const answers = services.filter(({ isReady }) => isReady !== undefined)
  const told = servicesText(services, look)
  if (owner !== undefined && !owner.isAlive) {
    const stopped = painted(
      `${stoppedText(status)}; the last was ${printable(owner.what)}`,
      'red',
      look,
    )
    return answers.length === 0 ? stopped : `${stopped}; another answers: ${told.join(', ')}`
  }
  if (installation === undefined && answers.length === 0) return 'nothing'
  const who = owner?.isAlive ? [`process ${owner.pid} (${printable(owner.what)})`] : []
  return [...who, ...told, ...scorerText(status, look), ...standingText(status, look)].join(', ')
}

/** Ticks come every few seconds: where nothing runs the clock stands at the end of the last process. */
const stoppedText = (status: Status): string =>
  status.clock === undefined ? 'STOPPED' : `STOPPED since about ${clockText(status)}`

/** Without ticks no silence is heard, whatever else answers. None is written behind the clock. */
const standingText = (status: Status, look: Look): string[] => {
  const { clock = status.now, now, installation } = status
  if (now - clock > TICKS_WITHIN_MS)
    return [painted(`NO TICKS since about ${clockText(status)}`, 'red', look)]
  if (clock - now <= TICKS_WITHIN_MS) return []
  const until = `${shopSecond(clock, installation?.timeZone ?? 'UTC')}, in ${duration(clock - now)}`
  const why = "the clock in the log is ahead of this machine's"
  return [painted(`NO TICKS before ${until}: ${why}`, 'red', look)]
}

const TICKS_WITHIN_MS = 60_000

const clockText = ({ clock = 0, now, installation }: Status): string =>
  `${shopSecond(clock, installation?.timeZone ?? 'UTC')}, ${duration(Math.max(0, now - clock))} ago`

const servicesText = (services: Status['services'], look: Look): string[] =>
  services.map(({ name, isReady, told = '' }) => {
    if (isReady === undefined) return `${name} no answer`
    if (isReady) return told === '' ? `${name} ready` : `${name} ready (${printable(told)})`
    return painted(`${name} NOT READY (${printable(told)})`, 'red', look)
  })

const scorerText = ({ scorer, alertsPaused }: Status, look: Look): string[] => {
  if (scorer === undefined) return []
  const { keepsUp, lag, behindMs, isRead } = scorer
  if (isRead === false) return [painted(`scorer NOT RUNNING (${waits(lag)})`, 'red', look)]
  if (alertsPaused) return ['scorer paused']
  if (keepsUp) return ['scorer keeps up']
  const late = behindMs === 0 ? '' : `, ${duration(behindMs)} late`
  return [painted(`scorer BEHIND (${waits(lag)}${late})`, 'red', look)]
}

const waits = (lag: number): string =>
  lag === 1 ? '1 record waits' : `${amount(lag)} records wait`

const enginesText = ({ engines, owner }: Status, look: Look): string =>
  engines
    .map(({ need, name, isUp, message }) => {
      if (isUp) return `${need} up (${name})`
      // The PostgreSQL of a data folder is meant to stand still with its owner.
      if (owner?.isAlive === false) return `${need} not running`
      const why = message === undefined ? '' : ` ${printable(message)}`
      return painted(`${need} AWAY (${name}${why})`, 'red', look)
    })
    .join(', ')

const eventsText = ({ events, now, installation }: Status): string | undefined => {
  if (events === undefined) return undefined
  const { count, isAtLeast, lastAt, withinMs } = events
  const within = withinMs === 60_000 ? 'the last minute' : 'the last day of its clock'
  const number = `${isAtLeast ? 'at least ' : ''}${amount(count)}`
  if (lastAt === undefined) return `none in ${within}, nor long before`
  const { timeZone = 'UTC' } = installation ?? {}
  const last = `the last at ${shopSecond(lastAt, timeZone)}`
  return `${number} in ${within}; ${last}, ${duration(Math.max(0, now - lastAt))} ago`
}

const sourcesText = (
  { sources, installation, held = [] }: Status,
  look: Look,
): string | undefined => {
  if (sources === undefined) return undefined
  const { judged, learning, silent } = sources
  const { timeZone = 'UTC' } = installation ?? {}
  const heldFor = new Map(held.map(({ source, customers }) => [source, customers]))
  const which = silent.map(({ source, since }) => {
    const count = heldFor.get(source)
    const holding = count === undefined ? '' : ` (${amount(count)} customers on hold)`
    const told = `${printable(source)} SILENT since ${shopSecond(since, timeZone)}${holding}`
    return painted(told, 'red', look)
  })
  const rest = [
    `${amount(judged)} judged`,
    ...(learning > 0 ? [`${amount(learning)} learning`] : []),
  ]
  return [...which, ...rest].join(', ')
}

const behindText = ({ readers }: Status): string | undefined =>
  readers.length === 0
    ? undefined
    : readers.map(({ name, lag }) => `${name} ${amount(lag)}`).join(', ')

const customersText = (status: Status): string | undefined => {
  const { customers, expectedLossMinor, installation } = status
  if (customers === undefined) return undefined
  const counts = Object.entries(customers).map(
    ([standing, count]) => `${amount(count)} ${standing}`,
  )
  if (expectedLossMinor === undefined || installation === undefined) return counts.join(', ')
  const { currency } = installation
  const loss = `${moneyText(expectedLossMinor, currency)} ${currency}`
  return `${counts.join(', ')}; expected loss of those at risk ${loss}`
}

const alertsText = ({ alerts, alertsPaused }: Status, look: Look): string | undefined => {
  const total = alerts?.reduce((sum, { count }) => sum + count, 0)
  const kinds = (alerts ?? []).map(({ kind, tier, count }) => `${amount(count)} ${kind} ${tier}`)
  const counted =
    total === undefined ? [] : [`${amount(total)} in the last day`, ...kinds.slice(0, MOST_KINDS)]
  const paused = alertsPaused
    ? [painted('PAUSED (`ebb resume alerts` lets them go on)', 'red', look)]
    : []
  const parts = [...paused, ...counted]
  return parts.length === 0 ? undefined : parts.join(', ')
}

const MOST_KINDS = 6

const winbacksText = ({ winbacks }: Status, look: Look): string | undefined => {
  if (winbacks === undefined) return undefined
  const { mode, coupons } = winbacks
  const issued = Object.values(coupons).reduce((sum, count) => sum + count, 0)
  const told = mode === 'paused' ? 'PAUSED (`ebb resume winbacks` lets them go on)' : mode
  const painting = mode === 'paused' ? painted(told, 'red', look) : told
  return `${painting}; ${amount(issued)} coupons issued, ${amount(coupons.redeemed)} redeemed`
}

const amount = (count: number): string => count.toLocaleString('en-US')
