import { execFile, type SpawnOptions } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestkitConfig } from './config.ts'

/** What is to be done for an engine: use it, fetch it first, or do without, and why. */
export type Plan = 'use' | 'install' | { readonly missing: string }

/** The first of these programs that is in a folder of programs; its full path. */
export const findProgram = (
  { programFolders }: TestkitConfig,
  ...names: readonly string[]
): string | undefined =>
  names
    .flatMap((name) => programFolders.map((folder) => join(folder, name)))
    .find((file) => isProgram(file))

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Runs a program to its end; resolves to all that it said. Throws with the end of what it said where
 * it fails.
 */
export const runProgram = async (
  program: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> = {},
): Promise<string> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, options)
    return `${stdout}${stderr}`
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & Record<string, string>
    throw new Error(`${message}\n${stdout}${stderr}`.trim().slice(-MESSAGE_LENGTH))
  }
}

const MESSAGE_LENGTH = 2000
