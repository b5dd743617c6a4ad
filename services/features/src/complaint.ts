import { REASON_CODES, type ReasonCode } from '@ebb/customer/reason-code'
import { firstOf, type JsonObject, textOf } from './foreign-value.ts'

/**
 * Words by which customers say why, in small letters, without apostrophes. The first row that has one
 * counts: who finds it cheaper elsewhere leaves for the price.
 */
const WORDS: readonly (readonly [reason: ReasonCode, words: string])[] = [
  [
    'PRICE',
    `too expensive, over ?priced, too pricey, cheaper, better price, price (is|was)? ?too high,
    costs? too much, 太贵, 贵了, 更便宜, 价格(太|过)?高`,
  ],
  [
    'QUALITY',
    `damaged?, defect\\w*, faulty, broken, wrong (item|product|article), not as described,
    (poor|bad|low) quality, (does|did) ?no?t work, stopped working, 破损, 损坏, 坏了, 瑕疵, 缺陷,
    次品, 假货, 发错, 描述不符, 质量(很|太)?差, 质量问题`,
  ],
  [
    'SERVICE',
    `late, delay(ed)?, (not|never|didnt|hasnt) (arrived?|received?|(been )?delivered), rude,
    unfriendly, unhelpful, (poor|bad|terrible) service, no (reply|response|answer), 迟到, 延迟, 延误,
    [没未]有?(收到|送到|到货), 太慢, 态度(很|太)?(差|恶劣|不好), 不回复, 没人(回复|理)`,
  ],
  [
    'COMPETITOR',
    `competitors?, switch(ed|ing) to, elsewhere, (another|other|different) (shop|store|seller)s?,
    竞争对手, 别家, 别处, (另|换了?)一家, (其他|别的)(店|商家|平台)`,
  ],
  [
    'NEED_CHANGE',
    `changed? (of |(my|their|his|her|our) )?mind, (no longer|not|dont) (need|want)(ed)?, unwanted,
    (ordered|bought) by mistake, accidental order, 不想要, 不需要, 不要了, 改变?主意, [拍买订]错,
    用不[到着上]`,
  ],
]

const PATTERNS = WORDS.map(([reason, words]): [ReasonCode, RegExp] => {
  // Chinese has no gaps between its words.
  const parts = words
    .split(/,\s+/)
    .map((word) => (/^\P{Script=Han}+$/u.test(word) ? `\\b(?:${word})\\b` : word))
  return [reason, new RegExp(parts.join('|'), 'u')]
})

/** Why, in the customer's words; `undefined` where they have none that is known. */
const reasonInWords = (value: unknown): ReasonCode | undefined => {
  const text = textOf(value)
    ?.toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[\s_-]+/g, ' ')
  return text === undefined ? undefined : PATTERNS.find(([, words]) => words.test(text))?.[0]
}

const CODES: ReadonlySet<string> = new Set(REASON_CODES)

/** Why, as a back end says it: one of our codes, or words. */
export const reasonOf = (value: unknown): ReasonCode | undefined => {
  const code =
    textOf(value)
      ?.toUpperCase()
      .replaceAll(/[\s-]+/g, '_') ?? ''
  return CODES.has(code) ? (code as ReasonCode) : reasonInWords(value)
}

const ANSWERS: ReadonlySet<string> = new Set(['Product Reviewed', 'Survey Answered'])
const TEXTS = ['text', 'comment', 'answer', 'review_body', 'message', 'feedback']

/**
 * What a review or an answer complains of: the reason that it names, else one in its text. Words are
 * found without their sense ("not broken" is a complaint), so text alone is weak.
 */
export const complaintOf = (name: string, properties: JsonObject): ReasonCode | undefined => {
  if (!ANSWERS.has(name)) return undefined
  const { reason, reason_code } = properties
  const texts = TEXTS.map((field) => properties[field])
  return firstOf(reasonOf, reason, reason_code) ?? firstOf(reasonInWords, ...texts)
}
