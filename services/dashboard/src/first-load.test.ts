import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

const LIMIT_BYTES = 120 * 1_024

test('all files of the page are at most 120 KB packed, and scripts have a hash in their name', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'ebb-page-'))
  try {
    await build({
      root: join(import.meta.dirname, '..'),
      logLevel: 'warn',
      build: { outDir, emptyOutDir: true },
    })
    const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
    const packed = files.map((file) => gzipSync(readFileSync(file)).length)
    expect(packed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(LIMIT_BYTES)
    const assets = files.filter((file) => /\.(js|css)$/.test(file))
    expect(assets.length).toBeGreaterThanOrEqual(2)
    for (const asset of assets) expect(asset).toMatch(/assets\/[\w-]+-[\w-]{8}\.(js|css)$/)
    // The server's policy lets no script or style run that stands in the page itself.
    const page = readFileSync(join(outDir, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\bstyle=|\bon\w+=/)
  } finally {
    rmSync(outDir, { recursive: true })
  }
})
