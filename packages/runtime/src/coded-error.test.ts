import assert from 'node:assert/strict'
import { test } from 'vitest'
import { CodedError } from './coded-error.ts'

test('the message says what, where and how to mend it', () => {
  const cause = new Error('ENOENT')
  const error = new CodedError(
    'EBB_X',
    { what: 'The file is gone', where: 'keys.json', fix: 'Restore it' },
    { cause },
  )
  assert.equal(error.message, 'EBB_X: The file is gone (keys.json). Restore it.')
  assert.equal(error.cause, cause)
  assert.equal(error.status, 500)
})

test('a fault without a location leaves the brackets out', () => {
  const { message } = new CodedError('EBB_X', { what: 'No key was sent', fix: 'Send one' })
  assert.equal(message, 'EBB_X: No key was sent. Send one.')
})
