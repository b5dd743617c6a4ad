import type { CliContext } from './cli-context.ts'

// A log that cannot be written is no reason to stop hearing customers.
process.stderr.on('error', () => {})
// Whoever reads the output has read enough, as `head` does.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(0)
})

/** What a command knows of the person who gave it. */
export const terminal = (
  dataFolder: string,
  interrupted: AbortSignal,
): Omit<CliContext, 'engines' | 'records' | 'namespace' | 'partitions' | 'notices'> => ({
  dataFolder,
  interrupted,
  print: (line) => process.stdout.write(`${line}\n`),
  tell: (line) => process.stderr.write(`${line}\n`),
  isTerminal: process.stdout.isTTY === true && process.stdout.hasColors(),
  columns: process.stdout.columns ?? 80,
  exitCode: (code) => {
    process.exitCode = code
  },
  endWithin: (ms) => {
    setTimeout(() => process.exit(), ms).unref()
  },
})
