import { readCdnow } from '@ebb/risk/grading/cdnow-fixture'
import { fitModel } from '@ebb/risk/models/fit-model'
import { mbgNbd } from '@ebb/risk/models/mbg-nbd'
import { MS_PER_WEEK, type OrderRhythm } from '@ebb/risk/models/order-rhythm'
import type { ModelKind, RiskModel } from '@ebb/risk/models/risk-model'
import { crossings, DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import type { Benchmark, Contestant } from './benchmark.ts'
import { pureWorkload } from './pure-workload.ts'

/** Customers of the CDNOW sample; an "event" of these benchmarks is one of them. */
const HISTORIES = readCdnow().map(({ calibration }) => calibration)

const RHYTHMS: readonly OrderRhythm[] = HISTORIES.map(({ frequency, recency }) => {
  return { repeatDays: frequency, firstAt: 0, lastAt: Math.round(recency * MS_PER_WEEK) }
})

const PARETO: RiskModel = {
  kind: 'pareto-nbd',
  parameters: { r: 0.55328, alpha: 10.57769, s: 0.60624, beta: 11.66873 },
}

const perCustomer = (name: string, pass: () => unknown): Contestant => ({
  name,
  open: async () =>
    pureWorkload(() => {
      pass()
      return HISTORIES.length
    }),
})

const fitOf = (kind: ModelKind): Contestant =>
  perCustomer(`fit of ${kind} to CDNOW`, () => fitModel(kind, HISTORIES))

const crossingsOf = (model: RiskModel): Contestant =>
  perCustomer(`light, moderate, heavy by ${model.kind}`, () => {
    for (const rhythm of RHYTHMS) crossings(rhythm, model, DEFAULT_TIER_POLICY)
  })

/** A fit evaluates the likelihood of each customer some hundred times: 0.5 s is 212 µs a customer. */
const fitBenchmark: Benchmark = {
  name: 'fit of a risk model',
  against: perCustomer('log-likelihood of each customer, once', () => {
    let sum = 0
    for (const history of HISTORIES) sum += mbgNbd.logLikelihood(SHIPPED_PRIORS.parameters, history)
    return sum
  }),
  contestants: [
    { ...fitOf('mbg-nbd'), goal: '≤ 212 µs' },
    { ...fitOf('bg-nbd'), goal: '≤ 212 µs' },
    fitOf('pareto-nbd'),
  ],
}

/** The least that finds three instants at which a risk is reached: a closed form each. */
const crossingBenchmark: Benchmark = {
  name: 'crossing times',
  against: perCustomer('1 − P(alive) = θ in closed form, three times', () => {
    let sum = 0
    for (const history of HISTORIES)
      for (const theta of [0.3, 0.5, 0.7])
        sum += mbgNbd.goneBound(SHIPPED_PRIORS.parameters, history, theta)
    return sum
  }),
  contestants: [{ ...crossingsOf(SHIPPED_PRIORS), goal: '≤ 20 µs' }, crossingsOf(PARETO)],
}

/** What a shop's model costs, and what a customer costs each time that an order moves the timers. */
export const riskBenchmarks: readonly Benchmark[] = [fitBenchmark, crossingBenchmark]
