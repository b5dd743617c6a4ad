import { isbot } from 'isbot'
import type { CanonicalEvent } from './canonical-event.ts'

type Seen = Pick<CanonicalEvent, 'name' | 'context'>

/** What a visitor does who only looks: all that a program that walks through a shop can bring about. */
const VIEWS: ReadonlySet<string> = new Set([
  ...['page', 'screen', 'Page Viewed', 'Screen Viewed'],
  ...['Product Viewed', 'Product List Viewed', 'Products Searched'],
])

/** Whether an event says that somebody looked, and nothing else. */
export const isView = ({ name }: Pick<Seen, 'name'>): boolean => VIEWS.has(name)

/**
 * Whether a program looked, and no person: a view whose user agent (`context.userAgent`, else
 * `context.user_agent`) is that of a bot. Orders, money, tickets and all other events never are.
 */
export const isBotVisit = ({ name, context }: Seen): boolean =>
  VIEWS.has(name) && isBotAgent(context['userAgent'] ?? context['user_agent'])

/** Agents that are remembered: 2 million characters at the most. */
const MOST_AGENTS = 4_096
/** What names an agent stands at its beginning; the cost of looking grows with the length. */
const LONGEST_READ = 512

/** The one that was asked for last stands last. */
const known = new Map<string, boolean>()

const isBotAgent = (userAgent: unknown): boolean => {
  if (typeof userAgent !== 'string') return false
  // A part of a text keeps the whole of it in memory, so that a long one is not remembered.
  if (userAgent.length > LONGEST_READ) return judge(userAgent.slice(0, LONGEST_READ))
  const isBot = known.get(userAgent) ?? judge(userAgent)
  known.delete(userAgent)
  known.set(userAgent, isBot)
  if (known.size > MOST_AGENTS) known.delete(known.keys().next().value!)
  return isBot
}

const BROWSER = /^\s*mozilla\//i
const NAMES_ITSELF = /bot\b|crawl|spider/i

/**
 * Only what runs the scripts of a page sends its events, and that calls itself a browser: renderers of
 * search engines, monitors, headless browsers. A bare `axios/1.7` or `MyShop/3.2` is the library of a
 * back end or an app with a person before it, though `isbot` takes it for a bot.
 */
const judge = (agent: string): boolean =>
  (BROWSER.test(agent) || NAMES_ITSELF.test(agent)) && isbot(agent)
