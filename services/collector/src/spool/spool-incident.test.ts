import assert from 'node:assert/strict'
import { TransientError } from '@ebb/streaming/faults'
import { test } from 'vitest'
import { heardLogger } from './spool-fixture.ts'
import { incidentReport } from './spool-incident.ts'

const away = new TransientError('EBB_TEST_AWAY', 'no broker answers')
const BEGAN = 'the event log is away, records go to the spool: EBB_TEST_AWAY: no broker answers'

const reporting = () => {
  const { logger, messages } = heardLogger()
  return { messages, report: incidentReport(logger) }
}

test('an incident has a beginning and an end', () => {
  const { messages, report } = reporting()
  for (let i = 0; i < 2; i += 1) {
    report.begin(away)
    for (let setbacks = 0; setbacks < 5; setbacks += 1) report.setback(away)
    report.drained(3)
    report.drained(4)
    report.end()
  }
  assert.deepEqual(messages, [BEGAN, 'the spool is drained', BEGAN, 'the spool is drained'])
})

test('incidents in which nothing was spooled are told once a minute', () => {
  const { messages, report } = reporting()
  for (let i = 0; i < 5; i += 1) {
    report.begin(away)
    report.end()
  }
  assert.deepEqual(messages, [BEGAN])
})

test('a fault that does not pass is told when it comes and when it changes', () => {
  const { messages, report } = reporting()
  report.begin()
  for (const what of ['no right', 'no right', 'no topic']) report.setback(new Error(what))
  assert.deepEqual(messages, [
    'records of an earlier process wait in the spool',
    'the spool cannot be drained: no right',
    'the spool cannot be drained: no topic',
  ])
})
