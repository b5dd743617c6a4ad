import { expect, it } from 'vitest'
import { alertsByWeek, gradeAlerts, toldBy } from './alert-grades.ts'
import { calendarRule } from './alert-rules.ts'
import { type CustomerOrders, DAY_MS, silencesOf } from './customer-orders.ts'

const ordersOn = (...days: number[]): CustomerOrders =>
  days.map((day) => ({ at: day * DAY_MS, day, valueMinor: 100 }))

/** Graded from day 0 to day 100: right is 20 days without an order, lost is 40. */
const PERIOD = { from: 0, until: 100 * DAY_MS, horizonDays: 20, lostAfterDays: 40 }

const gradesOf = (rule: number, ...customers: CustomerOrders[]) =>
  gradeAlerts(toldBy(calendarRule(rule), customers.flatMap(silencesOf)), PERIOD)

it('counts an alert right where no order comes within the horizon, on its last instant wrong', () => {
  const { all } = gradesOf(10, ordersOn(0, 31), ordersOn(0, 30))
  // Told on day 10 twice: orders on day 31 and on day 30; later ones on days 41 and 40.
  expect([all.alerts, all.right, all.precision]).toEqual([4, 3, 0.75])
  expect(all.silenceDays).toBe(10)
})

it('leaves out what the data is too short to grade, and what lies outside the period', () => {
  const { all } = gradesOf(10, ordersOn(70), ordersOn(71), ordersOn(-11), ordersOn(90))
  expect([all.alerts, all.censored]).toEqual([1, 1])
})

it('counts who became lost in the period, and how long before that they were told', () => {
  const lost = [ordersOn(0), ordersOn(10, 60)]
  const other = [ordersOn(0, 39), ordersOn(70), ordersOn(-41)]
  const early = gradesOf(10, ...lost, ...other).all
  // Days 40, 50, 79 and 100; the last one is told on day 70.
  expect([early.lost, early.caught, early.leadDays, early.meanLeadDays]).toEqual([4, 4, 30, 30])
  const late = gradesOf(41, ...lost, ...other).all
  expect([late.lost, late.caught, late.recall, late.meanLeadDays]).toEqual([4, 0, 0, 0])
  expect(late.leadDays).toBeNaN()
})

it('keeps strata apart by the repeat days at the alert, and adds up what was spent in a year', () => {
  const grades = gradesOf(10, ordersOn(-400, -300, 0), ordersOn(5))
  expect(grades['x=0'].alerts).toBe(1)
  expect(grades['x=1-4'].atRiskMinor).toBe(200)
  expect(grades['x>=5'].alerts).toBe(0)
  expect(grades['x>=5'].precision).toBeNaN()
  expect([grades.all.atRiskMinor, grades.all.rightMinor]).toEqual([300, 300])
})

it('counts alerts by week of the period, those that cannot be graded too', () => {
  const told = toldBy(calendarRule(10), [ordersOn(0), ordersOn(85)].flatMap(silencesOf))
  const weeks = alertsByWeek(told, PERIOD)
  expect(weeks).toHaveLength(15)
  expect(weeks.flatMap((alerts, week) => (alerts > 0 ? [[week, alerts]] : []))).toEqual([
    [1, 1],
    [13, 1],
  ])
})
