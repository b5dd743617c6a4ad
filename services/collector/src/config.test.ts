import assert from 'node:assert/strict'
import { test } from 'vitest'
import { collectorConfig } from './config.ts'

const KAFKA = { EBB_KAFKA: 'one:9092,two:9092' }

test('only the brokers have to be named; it listens on this machine only', () => {
  const config = collectorConfig(KAFKA)
  const { kafka, namespace, host, port, rates, spoolFolder, spoolLimitBytes, logLevel } = config
  assert.deepEqual(
    { kafka, namespace, host, port, rates, spoolFolder, spoolLimitBytes, logLevel },
    {
      kafka: 'one:9092,two:9092',
      namespace: '',
      host: '127.0.0.1',
      port: 8080,
      rates: {},
      spoolFolder: '.ebb/spool',
      spoolLimitBytes: 1_073_741_824,
      logLevel: 'info',
    },
  )
  assert.throws(() => collectorConfig({}), /EBB_KAFKA is not set/)
})

test('rates are a JSON object', () => {
  const { rates } = collectorConfig({ ...KAFKA, EBB_RATES: '{"USD":0.92,"JPY":0.0061}' })
  assert.deepEqual(rates, { USD: 0.92, JPY: 0.0061 })
})

test.each([
  ['EBB_KAFKA', 'localhost'],
  ['EBB_KAFKA', 'one:9092, two:9092'],
  ['EBB_KAFKA_SASL', 'gssapi'],
  ['EBB_NAMESPACE', 'Shop 1'],
  ['EBB_RATES', '{"EURO":1}'],
  ['EBB_RATES', '{"EUR":0}'],
  ['EBB_RATES', '{"EUR":"1"}'],
  ['EBB_RATES', '1.08'],
  ['EBB_COLLECTOR_PORT', '65536'],
  ['EBB_SPOOL_LIMIT_BYTES', '1e6'],
  ['EBB_SPOOL_LIMIT_BYTES', '1 GiB'],
  ['EBB_LOG_LEVEL', 'loud'],
])('%s=%s is refused', (name, value) => {
  assert.throws(() => collectorConfig({ ...KAFKA, [name]: value }), { code: 'EBB_CONFIG_INVALID' })
})
