import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readReplayFile } from './replay-file.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-file-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

let written = 0
const fileWith = (bytes: string | Buffer): string => {
  const path = join(folder, `${++written}.csv`)
  writeFileSync(path, bytes)
  return path
}

test('a text is read as it stands, and a gzipped one as if it were not', async () => {
  const text = 'a,b\r\nGrüße,2\n'
  const plain = await readReplayFile(fileWith(text))
  const packed = await readReplayFile(fileWith(gzipSync(text)))
  expect([plain.text, packed.text]).toEqual([text, text])
  expect(packed.digest).toBe(plain.digest)
  expect(plain.digest).toMatch(/^[0-9a-f]{16}$/)
})

test('the digest is that of the bytes, wherever the file lies', async () => {
  const digestOf = async (text: string) => (await readReplayFile(fileWith(text))).digest
  expect(await digestOf('a,b\n1,2')).toBe(await digestOf('a,b\n1,2'))
  expect(await digestOf('a,b\n1,2')).not.toBe(await digestOf('a,b\n1,2\n'))
})

test('a byte order mark is no part of the text', async () => {
  expect((await readReplayFile(fileWith('\ufeffa,b'))).text).toBe('a,b')
})

describe('a file that is none of ours is refused: it', () => {
  test.each([
    ['does not exist', () => join(folder, 'nowhere'), 'EBB_FILE_UNREADABLE'],
    ['is a folder', () => folder, 'EBB_FILE_UNREADABLE'],
    ['is empty', () => fileWith(''), 'EBB_FILE_EMPTY'],
    ['is empty when unpacked', () => fileWith(gzipSync('')), 'EBB_FILE_EMPTY'],
    ['begins like gzip', () => fileWith(Buffer.from([0x1f, 0x8b, 1])), 'EBB_FILE_UNREADABLE'],
    [
      'was cut in its transfer',
      () => fileWith(gzipSync('a,b\n'.repeat(99)).subarray(0, 20)),
      'EBB_FILE_UNREADABLE',
    ],
    ['holds a zero byte', () => fileWith('a,b\n\0,1'), 'EBB_FILE_NOT_TEXT'],
    ['is in another encoding', () => fileWith(Buffer.from('Grüße', 'latin1')), 'EBB_FILE_NOT_TEXT'],
    ['is an image', () => fileWith(Buffer.from('89504e470d0a1a0a', 'hex')), 'EBB_FILE_NOT_TEXT'],
    ['is in UTF-16', () => fileWith(Buffer.from('a,b', 'utf16le')), 'EBB_FILE_NOT_TEXT'],
  ])('%s', async (_what, make, code) => {
    const path = make()
    await expect(readReplayFile(path)).rejects.toMatchObject({ code, where: path })
  })
})
