import { CodedError } from '@ebb/runtime/coded-error'
import { missingTopic, TransientError } from '@ebb/streaming/faults'
import { expect, test } from 'vitest'
import { faultText } from './fault-text.ts'

test('a fault of an engine is told with how to mend it', () => {
  expect(faultText(new TransientError('EBB_KAFKA_UNAVAILABLE', 'connect ECONNREFUSED'))).toBe(
    'EBB_KAFKA_UNAVAILABLE: connect ECONNREFUSED. Start Kafka, or mend --kafka (EBB_KAFKA) or ' +
      'the files of TLS.',
  )
  expect(faultText(missingTopic('ebb.events.v1'))).toMatch(/first\. Run `ebb topics apply`\.$/)
})

test('a fault that says how to mend it is told as it is', () => {
  const fault = new CodedError('EBB_DATA_EMPTY', { what: 'There is nothing', fix: 'Begin' })
  expect(faultText(fault)).toBe('EBB_DATA_EMPTY: There is nothing. Begin.')
})

test('a fault of the system is told with its code, one that nobody foresaw with its stack', () => {
  const known = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  expect(faultText(known)).toBe('ENOENT: no such file')
  expect(faultText(new Error('never seen'))).toMatch(/never seen\n +at .*fault-text\.test/)
})
