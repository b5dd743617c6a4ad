import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import Type from 'typebox'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { CodedError } from './coded-error.ts'
import { printConfiguration, readConfiguration, setting } from './configuration.ts'

const settings = {
  host: setting({
    env: 'SHOP_HOST',
    what: 'address to listen on',
    takes: 'a host name or an address',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  port: setting({
    env: 'SHOP_PORT',
    what: 'port to listen on',
    takes: 'a whole number from 0 to 65535',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 8080,
  }),
  rates: setting({
    env: 'SHOP_RATES',
    what: 'exchange rates',
    takes: 'a JSON object of numbers',
    schema: Type.Record(Type.String(), Type.Number()),
    default: {},
  }),
  password: setting({
    env: 'SHOP_PASSWORD',
    what: 'password of the store',
    takes: 'at least eight characters',
    schema: Type.String({ minLength: 8 }),
    secret: true,
  }),
}

const invalid = (env: Record<string, string>): CodedError => {
  try {
    readConfiguration(settings, env)
  } catch (error) {
    assert.ok(error instanceof CodedError)
    return error
  }
  throw new assert.AssertionError({ message: 'the configuration was accepted' })
}

test('a variable that is not set, or empty, takes its default', () => {
  const config = readConfiguration(settings, { SHOP_PASSWORD: 'abcdefgh', SHOP_PORT: '' })
  assert.deepEqual(config, { host: '127.0.0.1', port: 8080, rates: {}, password: 'abcdefgh' })
})

test('text stays text, numbers and objects are read as JSON', () => {
  const env = {
    SHOP_HOST: '0',
    SHOP_PORT: '9000',
    SHOP_RATES: '{"EUR":1.08}',
    SHOP_PASSWORD: '12345678',
  }
  assert.deepEqual(readConfiguration(settings, env), {
    host: '0',
    port: 9000,
    rates: { EUR: 1.08 },
    password: '12345678',
  })
})

test('every problem is told at once, with the variable, its value and the way out', () => {
  const { code, message } = invalid({ SHOP_PORT: '80a', SHOP_RATES: '{"EUR":' })
  assert.equal(code, 'EBB_CONFIG_INVALID')
  assert.match(message, /SHOP_PORT=80a cannot be used\. Set it to a whole number from 0 to 65535/)
  assert.match(message, /SHOP_RATES=\{"EUR": cannot be used/)
  assert.match(message, /SHOP_PASSWORD is not set\. Set it to at least eight characters/)
})

test('no text in a number setting is taken unless it is a number in range', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(text !== '')
      try {
        const { port } = readConfiguration(settings, {
          SHOP_PORT: text,
          SHOP_PASSWORD: 'abcdefgh',
        })
        assert.ok(Number.isInteger(port) && port >= 0 && port <= 65_535)
      } catch (error) {
        assert.ok(error instanceof CodedError, String(error))
      }
    }),
  )
})

test('a secret shows neither in a complaint nor in print', () => {
  assert.doesNotMatch(invalid({ SHOP_PASSWORD: 'hunter2' }).message, /hunter2/)
  const config = readConfiguration(settings, { SHOP_PASSWORD: 'hunter2hunter2' })
  const printed = printConfiguration(settings, config)
  assert.doesNotMatch(printed, /hunter2/)
  assert.match(printed, /^SHOP_PORT=8080 {2}# port to listen on$/m)
})

describe('a secret in a file', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-secrets-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const fileOf = (text: string): string => {
    const file = join(folder, 'password')
    writeFileSync(file, text)
    return file
  }

  test.each(['hunter2hunter2', 'hunter2hunter2\n', 'hunter2hunter2\r\n'])(
    'is read without the line break at its end: %j',
    (text) => {
      const { password } = readConfiguration(settings, { SHOP_PASSWORD_FILE: fileOf(text) })
      assert.equal(password, 'hunter2hunter2')
    },
  )

  test('has to be one that can be used, and does not show in the complaint', () => {
    const { message } = invalid({ SHOP_PASSWORD_FILE: fileOf('hunter2') })
    assert.match(message, /SHOP_PASSWORD=\*+ cannot be used\. Set it to at least eight characters/)
  })

  test('is missed where it is not there, or empty', () => {
    const absent = join(folder, 'absent')
    const { message } = invalid({ SHOP_PASSWORD_FILE: absent })
    assert.ok(message.includes('The file of SHOP_PASSWORD_FILE cannot be read (ENOENT).'), message)
    assert.ok(!message.includes(absent), 'what stands there may be the secret itself')
    assert.match(invalid({ SHOP_PASSWORD_FILE: fileOf('\n') }).message, /_FILE is empty\./)
  })

  test('stands by itself on one line', () => {
    const { message } = invalid({ SHOP_PASSWORD_FILE: fileOf('hunter2hunter2\nmore') })
    assert.match(message, /_FILE has several lines\./)
    assert.ok(!message.includes('hunter2'))
    const marked = { SHOP_PASSWORD_FILE: fileOf('\uFEFFhunter2hunter2\n') }
    assert.equal(readConfiguration(settings, marked).password, 'hunter2hunter2')
  })

  test('and another in its variable are one too many', () => {
    const env = { SHOP_PASSWORD: 'abcdefgh', SHOP_PASSWORD_FILE: fileOf('hunter2hunter2') }
    assert.match(invalid(env).message, /SHOP_PASSWORD and SHOP_PASSWORD_FILE are both set/)
  })

  test('is for secrets alone', () => {
    const env = { SHOP_PASSWORD: 'abcdefgh', SHOP_HOST_FILE: fileOf('elsewhere') }
    assert.equal(readConfiguration(settings, env).host, '127.0.0.1')
  })
})
