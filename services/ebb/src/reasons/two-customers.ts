import { DEMO_SEED, demoShop } from '@ebb/simulator/demo-shop'
import { moneyText } from '../commands/money-text.ts'
import { type Chapter, type StoryAlert, shopperStory } from './shopper-story.ts'

const START = Date.UTC(2026, 0, 5)
const DAY_MS = 86_400_000
const SHOP = demoShop(START, DEMO_SEED)

/** Whose silence ends how. */
const LOST = 33
const RECOVERED = 6

/** docs/two-customers.md: two shoppers of the demonstration, from the first order to the end of a silence. */
export const twoCustomersPage = (): string =>
  [
    '# Two customers',
    '',
    'Two shoppers of the demonstration (`npx ebb demo`), told by the same code that runs a shop: what they did,',
    'and what Ebb said of it. Days are of UTC; visits on days without anything else are counted together.',
    'Made by `node services/ebb/src/reasons/print-two-customers.ts`; a test holds it to what the code says.',
    '',
    `## From the first order to lost: shopper-${LOST}`,
    '',
    'They order three times, then something is wrong with the goods. Each tier comes when the risk has gone so far',
    'beyond what it was right after the last order. Nobody answers, and half a year after heavy they are lost.',
    '',
    ...storyTable(LOST, 'lost'),
    '',
    `## Back again: shopper-${RECOVERED}`,
    '',
    'The first order comes late, and a support case stays open. They come back by themselves; the silence ends with',
    'the order.',
    '',
    ...storyTable(RECOVERED, 'recovered'),
    '',
    'What counts as evidence: [api.md](api.md#evidence). How often reasons are right: [reasons.md](reasons.md).',
    'How tiers and the expected loss come about: [alerts.md](alerts.md).',
    '',
  ].join('\n')

const storyTable = (shopper: number, end: StoryAlert['kind']): string[] => [
  '| day | what happened | what Ebb said | risk | expected loss | why |',
  '| --- | --- | --- | ---: | ---: | --- |',
  ...storyRows(chaptersUntil(shopper, end)).map((cells) => `| ${cells.join(' | ')} |`),
]

/** Until the first alert of a kind. */
function* chaptersUntil(shopper: number, end: StoryAlert['kind']): Generator<Chapter> {
  for (const chapter of shopperStory(SHOP, shopper, Number.MAX_SAFE_INTEGER)) {
    yield chapter
    if ('alert' in chapter && chapter.alert.kind === end) return
  }
}

/** What is told by itself; everything else makes a visit. */
const TOLD: Readonly<Record<string, string>> = {
  'Order Completed': 'orders',
  'Order Refunded': 'gets money back for',
  'Order Cancelled': 'cancels',
  'Delivery Late': 'is told that the delivery is late of',
  'Ticket Opened': 'opens a support case',
  'Ticket Resolved': 'gets an answer to the support case',
  'Product Reviewed': 'rates a product',
  'Payment Failed': 'cannot pay',
  'Coupon Denied': 'has a coupon refused',
  'Page Error': 'sees an error on a page',
}

function* storyRows(chapters: Iterable<Chapter>): Generator<string[]> {
  let visits = new Set<string>()
  for (const chapter of chapters) {
    const day = dayText(chapter.at)
    const what = 'event' in chapter ? whatHappened(chapter.event) : undefined
    if ('event' in chapter && what === undefined) {
      visits.add(day)
      continue
    }
    visits.delete(day)
    if (visits.size > 0) yield visitsRow([...visits])
    visits = new Set()
    if ('alert' in chapter) yield alertRow(chapter.alert)
    else yield [day, what!, '', '', '', '']
  }
}

const visitsRow = (days: readonly string[]): string[] => {
  const [first, last] = [days[0]!, days.at(-1)!]
  const span = first === last ? first : `${first} to ${last}`
  const times = days.length === 1 ? 'looks around' : `looks around on ${days.length} days`
  return [span, times, '', '', '', '']
}

type HeardEvent = Extract<Chapter, { readonly event: unknown }>['event']

const whatHappened = ({ name, order, rating }: HeardEvent): string | undefined => {
  const told = TOLD[name]
  if (told === undefined) return undefined
  const money = order?.baseMinor === undefined ? '' : ` (${amount(order.baseMinor)})`
  const stars = rating === undefined ? '' : ` ${rating} of 5`
  const which = order?.id === undefined ? '' : ` ${order.id}`
  return `${told}${stars}${which}${money}`
}

const amount = (minor: number): string => `${moneyText(minor, SHOP.currency)} ${SHOP.currency}`

const alertRow = (alert: StoryAlert): string[] => {
  const { kind, tier, risk, expectedLoss, crossedAt, silentSince } = alert
  const days = Math.floor((crossedAt - silentSince) / DAY_MS)
  const said = kind === 'at_risk' ? `at risk, ${tier}` : kind
  const loss = expectedLoss === null ? '' : amount(expectedLoss)
  const isOver = kind === 'recovered'
  return [
    dayText(crossedAt),
    `${isOver ? 'the silence lasted' : 'silent for'} ${days} days`,
    `**${said}**`,
    risk.toFixed(3),
    isOver ? '' : loss,
    isOver ? '' : whyText(alert),
  ]
}

const whyText = ({ reasons }: StoryAlert): string =>
  reasons
    .map(({ code, share, evidence }) => {
      const told = evidence.map(({ name, occurredAt, clearedBy, fadesAt }) => {
        const until = `${clearedBy === undefined ? '' : `${clearedBy}, or `}${dayText(fadesAt!)}`
        return `\`${name}\` of ${dayText(occurredAt)}, until ${until}`
      })
      return [`${code} ${Math.round(100 * share)} %`, ...told].join('; ')
    })
    .join('. ')

const dayText = (instant: number): string => new Date(instant).toISOString().slice(0, 10)
