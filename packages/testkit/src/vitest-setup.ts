import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { bringUp } from './bring-up.ts'
import { dropShopSettings, readConfig } from './config.ts'
import { openEngineDesk } from './engine-desk.ts'

/**
 * Vitest's global setup: servers for the whole run, each brought up when first asked for and stopped
 * at the end. What serves what and which files went without stands on standard error, and in
 * `.ebb/test-engines.txt` for whoever hides that.
 */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  dropShopSettings()
  const config = readConfig()
  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
    process.stderr.write(`${line}\n`)
  }
  const desk = await openEngineDesk({
    bringUp: (name) => bringUp(name, config),
    required: config.required,
    say,
  })
  project.provide('engineDesk', desk.url)
  return async () => {
    for (const line of desk.notRun()) say(line)
    writeLines(join(project.config.root, '.ebb'), lines)
    await desk.close()
  }
}

const writeLines = (folder: string, lines: readonly string[]): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'test-engines.txt'), lines.map((line) => `${line}\n`).join(''))
}
