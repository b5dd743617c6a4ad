import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

const HOUR_MS = 3_600_000

let echo: Server
let behind: string
let proxy: FaultProxy
const clients: Socket[] = []

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {}).on('data', (bytes) => echo.emit('heard', bytes))
    socket.pipe(socket)
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  behind = `127.0.0.1:${(echo.address() as AddressInfo).port}`
  proxy = await startFaultProxy({ target: behind })
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await proxy.close()
  echo.close()
})

const knock = async (address = proxy.address): Promise<Socket> => {
  const client = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) })
  clients.push(client)
  client.setEncoding('utf8')
  await once(client, 'connect')
  return client
}

const reading = async (client: Socket, length: number): Promise<string> => {
  let text = ''
  while (text.length < length) text += (await once(client, 'data'))[0]
  return text
}

test('what is sent comes through both ways, and so does the end', async () => {
  const client = await knock()
  client.end('hello')
  expect(await reading(client, 5)).toBe('hello')
  await once(client, 'end')
})

test('a cut ends the connections that stand; the next one works', async () => {
  const client = await knock()
  client.write('a')
  await reading(client, 1)
  proxy.cut()
  await once(client, 'close')
  const next = await knock()
  next.write('b')
  expect(await reading(next, 1)).toBe('b')
})

test('while it refuses, standing connections live on and new ones fail', async () => {
  const standing = await knock()
  standing.write('a')
  await reading(standing, 1)
  proxy.refuse()
  await expect(knock()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  standing.write('b')
  expect(await reading(standing, 1)).toBe('b')
  await proxy.accept()
  const next = await knock()
  next.write('c')
  expect(await reading(next, 1)).toBe('c')
})

test('an answer is as late as was asked for', async () => {
  const client = await knock()
  proxy.delay(1)
  client.write('soon')
  expect(await reading(client, 4)).toBe('soon')
  proxy.delay(HOUR_MS)
  let answered = ''
  client.on('data', (text) => {
    answered += text
  })
  const heard = once(echo, 'heard')
  client.write('late')
  await heard
  const neighbour = await knock(behind)
  neighbour.write('now')
  expect(await reading(neighbour, 3)).toBe('now')
  expect(answered).toBe('')
})

test('stalled responses that are cut were done and never answered', async () => {
  const client = await knock()
  let answered = ''
  client.on('data', (text) => {
    answered += text
  })
  proxy.stall('responses')
  const heard = once(echo, 'heard')
  client.write('done')
  expect(String((await heard)[0])).toBe('done')
  proxy.cut()
  await once(client, 'close')
  expect(answered).toBe('')
})

test('what was stalled comes after all, in its order', async () => {
  const client = await knock()
  proxy.stall()
  client.write('one')
  proxy.resume()
  client.write('two')
  expect(await reading(client, 6)).toBe('onetwo')
})
