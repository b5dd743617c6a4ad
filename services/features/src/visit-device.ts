import type { Device } from '@ebb/customer/taste-codes'
import { firstOf, type JsonObject, objectOf, textOf } from './foreign-value.ts'

/** What clients call their devices in `context.device.type`, and what it is. */
const DEVICE_TYPES: readonly (readonly [type: RegExp, device: Device])[] = [
  [/^(ios|android|app)$/i, 'app'],
  [/tablet|ipad/i, 'tablet'],
  [/phone|mobile|handset/i, 'mobile'],
  [/desktop|laptop|computer|^pc$/i, 'desktop'],
  [/tv|console|watch|wearable|embedded|^xr$|^other$/i, 'other'],
]

/** The first that applies. An iPad that asks for desktop pages says that it is a Macintosh. */
const USER_AGENTS: readonly (readonly [userAgent: RegExp, device: Device])[] = [
  [/smart-?tv|hbbtv|apple ?tv|crkey|roku|playstation|xbox|nintendo|bot\b|crawler|spider/i, 'other'],
  [/ipad|tablet|kindle|silk\/|android(?!.*mobile)/i, 'tablet'],
  [/mobi|iphone|ipod|phone/i, 'mobile'],
  [/windows nt|macintosh|x11|cros /i, 'desktop'],
]

/**
 * With what a visitor came, as far as the event says. Screens are of apps alone, and so is an
 * operating system with a name beside an app: libraries for browsers leave that name empty.
 */
export const deviceOf = (type: string, context: JsonObject): Device | undefined => {
  if (type === 'screen') return 'app'
  const named = firstMatch(DEVICE_TYPES, objectOf(context['device'])['type'])
  if (named !== undefined) return named
  if (textOf(objectOf(context['os'])['name']) && 'app' in context) return 'app'
  const { mobile, platform } = objectOf(context['userAgentData'])
  if (mobile === true) return 'mobile'
  if (mobile === false) return platform === 'Android' ? 'tablet' : 'desktop'
  return firstMatch(USER_AGENTS, firstOf(textOf, context['userAgent'], context['user_agent']))
}

/** Looking ahead from each of many words would cost the square of the length. */
const LONGEST_READ = 512

const firstMatch = (
  rules: readonly (readonly [RegExp, Device])[],
  value: unknown,
): Device | undefined => {
  const text = textOf(value)?.slice(0, LONGEST_READ)
  return text === undefined ? undefined : rules.find(([words]) => words.test(text))?.[1]
}
