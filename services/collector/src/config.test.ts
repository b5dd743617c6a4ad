import assert from 'node:assert/strict'
import { test } from 'vitest'
import { readCollectorConfig } from './config.ts'

test('with nothing set it listens on this machine only, and counts in dollars', () => {
  assert.deepEqual(readCollectorConfig({}), {
    host: '127.0.0.1',
    port: 8080,
    currency: 'USD',
    rates: {},
    spoolFolder: '.ebb/spool',
    spoolLimit: 1_073_741_824,
    logLevel: 'info',
  })
})

test('rates are a JSON object', () => {
  const { currency, rates } = readCollectorConfig({
    EBB_CURRENCY: 'EUR',
    EBB_RATES: '{"USD":0.92,"JPY":0.0061}',
  })
  assert.equal(currency, 'EUR')
  assert.deepEqual(rates, { USD: 0.92, JPY: 0.0061 })
})

test.each([
  ['EBB_CURRENCY', 'euro'],
  ['EBB_CURRENCY', 'XYZ'],
  ['EBB_RATES', '{"EURO":1}'],
  ['EBB_RATES', '{"EUR":0}'],
  ['EBB_RATES', '{"EUR":"1"}'],
  ['EBB_RATES', '1.08'],
  ['EBB_COLLECTOR_PORT', '65536'],
  ['EBB_SPOOL_LIMIT', '1e6'],
  ['EBB_SPOOL_LIMIT', '1 GiB'],
  ['EBB_LOG_LEVEL', 'loud'],
])('%s=%s is refused', (name, value) => {
  assert.throws(() => readCollectorConfig({ [name]: value }), { code: 'EBB_CONFIG_INVALID' })
})
