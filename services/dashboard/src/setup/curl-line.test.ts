import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { curlLine, masked } from './curl-line.ts'

test('a shell takes the line for one command with one order in it', () => {
  const line = curlLine({ collectorUrl: 'http://127.0.0.1:8080/', key: 'wk_1', currency: 'CNY' })
  // The shell shows each word on a line of its own in place of running curl.
  const shown = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }; ${line}`], {
    encoding: 'utf8',
  })
  const [url, , header, , body = ''] = shown.split('\n')
  expect(url).toBe('http://127.0.0.1:8080/v1/events')
  expect(header).toBe('Authorization: Bearer wk_1')
  expect(JSON.parse(body)).toMatchObject({
    event: 'Order Completed',
    properties: { order_id: '1001', currency: 'CNY' },
  })
})

test('a masked key shows its end alone', () => {
  expect(masked('wk_0123456789abcd')).toBe('••••••••abcd')
})
