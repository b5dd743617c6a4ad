import { expect, test } from 'vitest'
import { datedMilestones, nextMilestone } from './next-milestone.ts'

const milestone = (
  standing: 'light' | 'moderate' | 'heavy' | 'lost',
  at: string | null,
  isPassed = false,
) => ({
  ...{ standing, threshold: null, at, isPassed },
})

test('silence leads to the first tier that was not passed', () => {
  const milestones = [
    milestone('light', '2027-01-01T00:00:00Z', true),
    milestone('moderate', '2027-02-01T00:00:00Z'),
    milestone('heavy', '2027-03-01T00:00:00Z'),
    milestone('lost', '2027-09-01T00:00:00Z'),
  ]
  expect(nextMilestone({ milestones })?.standing).toBe('moderate')
})

test('a tier that lost comes before is none', () => {
  const milestones = [
    milestone('light', '2027-01-01T00:00:00Z', true),
    milestone('moderate', null),
    milestone('heavy', null),
    milestone('lost', '2027-09-01T00:00:00Z'),
  ]
  expect(nextMilestone({ milestones })?.standing).toBe('lost')
  expect(datedMilestones({ milestones }).map(({ standing }) => standing)).toEqual(['light', 'lost'])
})

test('nothing comes behind lost', () => {
  const milestones = [milestone('lost', '2027-09-01T00:00:00Z', true)]
  expect(nextMilestone({ milestones })).toBeUndefined()
})
