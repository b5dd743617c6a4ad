import { messagingStep } from '@ebb/streaming/messaging-step'
import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { processorLog } from './processor-log.ts'
import { placeOf, recordedTelemetry } from './telemetry/telemetry-fixture.ts'

interface Line {
  readonly level: string
  readonly msg: string
  readonly traceId?: string
}

/** What a reader's log tells an operator. */
const toldLog = () => {
  const lines: Line[] = []
  const write = (line: string): void => void lines.push(JSON.parse(line))
  const logger = createLogger({ service: 'test', level: 'info', destination: { write } })
  const { tracer, spans } = recordedTelemetry(0)
  const { acquired, committed, retrying, revoked } = processorLog(logger, 'counter', tracer)
  const log = { system: 'kafka' }
  return {
    lines,
    words: () => lines.map(({ msg }) => msg),
    spans,
    acquired: (partition: number) => acquired!({ partition, offset: 7 }),
    committed: (partition: number) => committed!({ partition }),
    revoked: (partition: number) => revoked!(partition),
    fails: (partition: number) => {
      const place = { log, topic: 'counter.in', partition, group: 'counter.g0' }
      const error = Object.assign(new Error('away'), { code: 'EBB_KAFKA_UNAVAILABLE' })
      retrying!({ partition, error, attempt: 1, step: messagingStep('process', place) })
    },
  }
}

const WAITS = 'waiting for an engine, trying again'
const GOES_ON = 'all partitions go on'

test('an engine that is away is one line, and another one when the last partition goes on', () => {
  const { words, fails, committed } = toldLog()
  for (const partition of [0, 1, 0, 2]) fails(partition)
  committed(1)
  committed(0)
  expect(words()).toEqual([WAITS])
  committed(2)
  committed(1)
  expect(words()).toEqual([WAITS, GOES_ON])
})

test('an incident goes on while its partitions are given up, until one is acquired again', () => {
  const { words, fails, revoked, acquired } = toldLog()
  for (const partition of [0, 1, 2]) {
    fails(partition)
    revoked(partition)
  }
  expect(words()).toEqual([WAITS])
  acquired(1)
  acquired(2)
  expect(words()).toEqual([WAITS, GOES_ON])
})

test('what waits is traced, and its line says where', () => {
  const { lines, spans, fails } = toldLog()
  fails(3)
  const [span] = spans()
  expect(lines[0]!.traceId).toBe(placeOf(span!).traceId)
  expect(span).toMatchObject({
    name: 'process counter.in',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.consumer.group.name': 'counter.g0',
      'messaging.destination.partition.id': '3',
      'error.type': 'EBB_KAFKA_UNAVAILABLE',
    },
  })
})
