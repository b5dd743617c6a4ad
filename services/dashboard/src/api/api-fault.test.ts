import { expect, test } from 'vitest'
import { faultOf } from './api-fault.ts'

test('what the server says is told as it says it', () => {
  const error = { code: 'EBB_X', message: 'Wrong', where: 'here', fix: 'Mend it' }
  expect(faultOf(409, JSON.stringify({ error }))).toEqual({ status: 409, ...error })
})

test('the page of a proxy is told by its status', () => {
  for (const body of ['<h1>Bad gateway</h1>', '', 'null', '{}', '{"error":"no"}']) {
    expect(faultOf(502, body)).toEqual({ status: 502, code: 'HTTP 502', message: body })
  }
})
