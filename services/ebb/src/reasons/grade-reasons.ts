import type { ReasonCode } from '@ebb/contracts/alert-record'
import { truthOf } from '@ebb/simulator/purchase-history'
import type { Cause, ShopSpec } from '@ebb/simulator/shop-spec'
import { joinsAt } from '@ebb/simulator/shopper'
import { type StoryAlert, shopperStory } from './shopper-story.ts'

/** Why a shopper was silent; `NOT_AWAY`: they had not left, the next order was yet to come. */
export type TrueCause = Cause | 'NOT_AWAY'

/** An alert of a silence, why the shopper was silent, and the weightiest reason that was given. */
export interface JudgedAlert {
  readonly cause: TrueCause
  readonly told: ReasonCode
  readonly tier: StoryAlert['tier']
}

/** What leaves something behind by which it can be known; of all others UNKNOWN is the right reason. */
const EVIDENT = ['PRICE', 'QUALITY', 'SERVICE', 'UX'] as const

/** What may be said rightly. */
const CLASSES: readonly ReasonCode[] = [...EVIDENT, 'UNKNOWN']

/** The right reason for a cause. */
const rightReason = (cause: TrueCause): ReasonCode =>
  EVIDENT.find((evident) => evident === cause) ?? 'UNKNOWN'

/** Every `at_risk` alert of a shop until an instant (ms), with the cause that only the simulator knows. */
export function* judgedAlerts(shop: ShopSpec, until: number): Generator<JudgedAlert> {
  for (let index = 0; joinsAt(shop, index) < until; index++) {
    const silences = truthOf(shop, index)
    for (const chapter of shopperStory(shop, index, until)) {
      if (!('alert' in chapter) || chapter.alert.kind !== 'at_risk') continue
      const { silentSince, crossedAt, tier, reasons } = chapter.alert
      const silence = silences.find(({ lastOrderAt }) => lastOrderAt === silentSince)
      const isAway = silence !== undefined && silence.from <= crossedAt
      yield { cause: isAway ? silence.cause : 'NOT_AWAY', told: reasons[0]!.code, tier }
    }
  }
}

/** How often reasons were right; shares of 0 to 1. */
export interface ReasonsGrade {
  /** Alerts of shoppers who had left. */
  readonly alerts: number
  /** Of them those whose weightiest reason was the right one. */
  readonly right: number
  /** Mean over PRICE, QUALITY, SERVICE, UX and UNKNOWN of 2 TP / (2 TP + FP + FN). */
  readonly macroF1: number
  /** Of alerts of shoppers who had left without a cause that leaves evidence: those that blame one. */
  readonly falseBlame: number
  /** The same of shoppers who had not left at all. */
  readonly blameOfPresent: number
}

/** Grades the weightiest reasons. */
export const gradeReasons = (judged: readonly JudgedAlert[]): ReasonsGrade => {
  const left = judged.filter(({ cause }) => cause !== 'NOT_AWAY')
  const present = judged.filter(({ cause }) => cause === 'NOT_AWAY')
  const isRight = ({ cause, told }: JudgedAlert) => told === rightReason(cause)
  return {
    alerts: left.length,
    right: shareOf(left, isRight),
    macroF1: CLASSES.reduce((sum, code) => sum + f1Of(left, code), 0) / CLASSES.length,
    falseBlame: shareOf(
      left.filter(({ cause }) => rightReason(cause) === 'UNKNOWN'),
      isBlaming,
    ),
    blameOfPresent: shareOf(present, isBlaming),
  }
}

const isBlaming = ({ told }: JudgedAlert): boolean => told !== 'UNKNOWN'

const shareOf = (all: readonly JudgedAlert[], is: (one: JudgedAlert) => boolean): number =>
  all.filter(is).length / all.length

const f1Of = (judged: readonly JudgedAlert[], code: ReasonCode): number => {
  const told = judged.filter((one) => one.told === code)
  const due = judged.filter(({ cause }) => rightReason(cause) === code)
  const hits = told.filter(({ cause }) => rightReason(cause) === code).length
  return (2 * hits) / (told.length + due.length)
}

const CAUSES: readonly TrueCause[] = [
  ...['PRICE', 'QUALITY', 'SERVICE', 'UX', 'COMPETITOR', 'NEED_CHANGE', 'NATURAL_END'],
  ...['NONE', 'NOT_AWAY'],
] as readonly TrueCause[]
const TOLD: readonly ReasonCode[] = [...CLASSES, 'NEED_CHANGE']

/** Causes down, the weightiest reasons across, as a table of Markdown. */
export const confusionTable = (judged: readonly JudgedAlert[]): string[] => [
  `| left because of | ${TOLD.join(' | ')} |`,
  `| --- |${' ---: |'.repeat(TOLD.length)}`,
  ...CAUSES.map((cause) => {
    const own = judged.filter((one) => one.cause === cause)
    const counts = TOLD.map((code) => own.filter(({ told }) => told === code).length || '')
    return `| ${cause} | ${counts.join(' | ')} |`
  }),
]

/** One row of grades, as docs/reasons.md has them. */
export const gradeRow = (name: string, judged: readonly JudgedAlert[]): string => {
  const { alerts, right, macroF1, falseBlame, blameOfPresent } = gradeReasons(judged)
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const cells = [alerts, percent(right), macroF1.toFixed(3), percent(falseBlame)]
  return `| ${[name, ...cells, percent(blameOfPresent)].join(' | ')} |`
}
