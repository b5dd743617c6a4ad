import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** One file of the page, as it is sent. */
export interface PageFile {
  readonly type: string
  readonly body: Buffer
  /** Absent where packing does not pay. */
  readonly gzipped?: Buffer
  readonly etag: string
  readonly cacheControl: string
}

/** The built page by path, without the first `/`; empty where it has not been built. */
export type PageFiles = ReadonlyMap<string, PageFile>

/** The page that every path of the application answers with. */
export const INDEX = 'index.html'

/**
 * Reads the built page into memory: it is small, no request can reach another file, and it is packed
 * once. What is in `assets/` has a hash in its name and never changes.
 */
export const readPage = async (folder: string): Promise<PageFiles> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneThere)
  const files = entries.filter((entry) => entry.isFile())
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }): Promise<[string, PageFile]> => {
        const path = join(parentPath, name).slice(join(folder, sep).length).replaceAll(sep, '/')
        return [path, await readPageFile(join(parentPath, name), path)]
      }),
    ),
  )
}

const noneThere = (error: NodeJS.ErrnoException): [] => {
  if (error.code === 'ENOENT') return []
  throw error
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

const packed = promisify(gzip)

const readPageFile = async (file: string, path: string): Promise<PageFile> => {
  const body = await readFile(file)
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  const gzipped = type.includes('charset') ? await packed(body, { level: 9 }) : body
  return {
    type,
    body,
    ...(gzipped.length < body.length && { gzipped }),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    cacheControl: path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}
