import type { SilenceView } from '@ebb/contracts/dashboard-api'

/** A tier or lost, with its instant. */
export type DatedMilestone = SilenceView['milestones'][number] & { readonly at: string }

/** Milestones that happen, in the order of time. */
export const datedMilestones = ({ milestones }: Pick<SilenceView, 'milestones'>) =>
  milestones
    .filter((milestone): milestone is DatedMilestone => milestone.at !== null)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))

/** What silence leads to next; undefined behind lost. */
export const nextMilestone = (silence: Pick<SilenceView, 'milestones'>) =>
  datedMilestones(silence).find(({ isPassed }) => !isPassed)
