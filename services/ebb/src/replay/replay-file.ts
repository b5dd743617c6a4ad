import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { CodedError } from '@ebb/runtime/coded-error'

/** A file in memory, unpacked. */
export interface ReplayFile {
  readonly path: string
  readonly text: string
  /** First 16 hex digits of the SHA-256 of its unpacked bytes. */
  readonly digest: string
}

/**
 * Reads a text file, gzipped or not. Throws `EBB_FILE_UNREADABLE`, `EBB_FILE_EMPTY` or
 * `EBB_FILE_NOT_TEXT`.
 */
export const readReplayFile = async (path: string): Promise<ReplayFile> => {
  const bytes = unpacked(await bytesOf(path), path)
  if (bytes.length === 0)
    throw new CodedError('EBB_FILE_EMPTY', {
      what: 'The file is empty',
      where: path,
      fix: 'Give a file with at least one row',
    })
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return { path, text: textOf(bytes, path), digest }
}

const bytesOf = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'There is no such file' : `The file cannot be read (${code})`
    const fix = 'Check the path and that you may read it'
    throw new CodedError('EBB_FILE_UNREADABLE', { what, where: path, fix }, { cause })
  }
}

const unpacked = (bytes: Buffer, path: string): Buffer => {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    const what = `The file begins like gzip but cannot be unpacked: ${(cause as Error).message}`
    const fix = 'Transfer it again, or unpack it yourself'
    throw new CodedError('EBB_FILE_UNREADABLE', { what, where: path, fix }, { cause })
  }
}

const textOf = (bytes: Buffer, path: string): string => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // Told below, like a file with zero bytes.
  }
  throw new CodedError('EBB_FILE_NOT_TEXT', {
    what: 'The file is not text in UTF-8',
    where: path,
    fix: 'Export it again as CSV in UTF-8',
  })
}
