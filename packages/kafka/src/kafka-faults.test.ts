import { HaltError, TransientError } from '@ebb/streaming/faults'
import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { classified, isUnknownTopic, rootFault } from './kafka-faults.ts'

/** An answer of a broker, as kafkajs throws it. */
const answer = (type: string): Error =>
  Object.assign(new Error(`the broker says ${type}`), { name: 'KafkaJSProtocolError', type })

const named = (name: string, message = 'words'): Error =>
  Object.assign(new Error(message), { name })

describe('an error of kafkajs', () => {
  test.each([
    ['TOPIC_AUTHORIZATION_FAILED', 'EBB_KAFKA_DENIED'],
    ['GROUP_AUTHORIZATION_FAILED', 'EBB_KAFKA_DENIED'],
    ['SASL_AUTHENTICATION_FAILED', 'EBB_KAFKA_LOGIN'],
    ['MESSAGE_TOO_LARGE', 'EBB_RECORD_TOO_LARGE'],
    ['INVALID_TIMESTAMP', 'EBB_KAFKA_REFUSED'],
  ])('%s halts with %s', (type, code) => {
    const error = classified(answer(type), 'append to t/0')
    expect(error).toBeInstanceOf(HaltError)
    expect(error).toMatchObject({ code })
    expect(error.message).toBe(`${code}: append to t/0: the broker says ${type}`)
  })

  test.each([
    'NOT_LEADER_FOR_PARTITION',
    'LEADER_NOT_AVAILABLE',
    'NOT_ENOUGH_REPLICAS',
    'REQUEST_TIMED_OUT',
    'KAFKA_STORAGE_ERROR',
    'LOG_DIR_NOT_FOUND',
    'BROKER_NOT_AVAILABLE',
    'UNKNOWN',
    'AN_ERROR_OF_LATER_YEARS',
  ])('%s may pass, whatever kafkajs thinks of it', (type) => {
    expect(classified(answer(type), 'read t/0')).toMatchObject({ code: 'EBB_KAFKA_UNAVAILABLE' })
    expect(classified(answer(type), 'read t/0')).toBeInstanceOf(TransientError)
  })

  test.each(['KafkaJSConnectionError', 'KafkaJSLockTimeout', 'TypeError'])(
    '%s may pass',
    (name) => {
      expect(classified(named(name), 'read t/0')).toBeInstanceOf(TransientError)
    },
  )

  test('is found behind the errors that kafkajs and we put around it', () => {
    const deep = new kafkajs.KafkaJSNumberOfRetriesExceeded(answer('UNKNOWN_TOPIC_OR_PARTITION'), {
      retryCount: 2,
      retryTime: 1,
    })
    expect(isUnknownTopic(classified(deep, 'append to t/0'))).toBe(true)
    const several = Object.assign(new Error('Topic creation errors'), {
      errors: [answer('POLICY_VIOLATION')],
    })
    expect(rootFault(several).type).toBe('POLICY_VIOLATION')
  })

  test.each([
    ['SASL PLAIN authentication failed: Authentication failed: Invalid username or password', true],
    ['SASL SCRAM-SHA-512 mechanism is not supported by the server', true],
    ['SASL PLAIN authentication failed: Closed connection', false],
    ['SASL SCRAM SHA512 authentication failed: Connection error: read ECONNRESET', false],
  ])('"%s" halts: %s', (message, halts) => {
    const error = classified(named('KafkaJSSASLAuthenticationError', message), 'log in')
    expect(error instanceof HaltError).toBe(halts)
  })

  test('that is classified already stays as it is', () => {
    const error = new TransientError('EBB_KAFKA_UNAVAILABLE', 'read t/0: away')
    expect(classified(error, 'append to t/1')).toBe(error)
  })
})
