// chaos: breaks real engines and services on purpose, and looks whether the promises hold.
// Reads nothing; starts Kafka, Redis, PostgreSQL and the services by itself, on free ports of this
// machine. Keeps nothing: folders, topics and processes go with it.
// Writes a line for each fault to standard error, and what was measured to standard output.
// Guarantees: ends with 0 when every promise held, with 1 when one was broken, and says which.
import { parseArgs } from 'node:util'
import { chosenScenarios, type Run, SCENARIO_NAMES } from './scenarios.ts'

const USAGE = `usage: npm run chaos -- [options]

  --only NAME     this scenario; may be given again
                  ${SCENARIO_NAMES.join(', ')}
  --rounds N      how often a scenario of rounds does the same again
  --short         the form that the tests run
  -h, --help      this
`

const options = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { only, rounds, short, help } = values
  if (help) {
    process.stdout.write(USAGE)
    return process.exit(0)
  }
  if (rounds !== undefined && !/^[1-9]\d*$/.test(rounds)) throw new Error('--rounds takes a number')
  const form = { isLong: !short, ...(rounds !== undefined && { rounds: Number(rounds) }) }
  return { chosen: chosenScenarios(only), ...form }
}

const optionsOrExit = () => {
  try {
    return options()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`)
    return process.exit(1)
  }
}

const { chosen, ...form } = optionsOrExit()

const seconds = (since: number): string => ((performance.now() - since) / 1_000).toFixed(1)

const tell = async (name: string, run: Run): Promise<void> => {
  const since = performance.now()
  const say = (line: string): void => {
    process.stderr.write(`${name} ${seconds(since)} s: ${line}\n`)
  }
  try {
    const report = { ...(await run({ ...form, say })), seconds: seconds(since) }
    for (const [measure, value] of Object.entries(report))
      process.stdout.write(`${name.padEnd(16)} ${measure.padEnd(34)} ${value}\n`)
  } catch (error) {
    process.stdout.write(`${name.padEnd(16)} FAILED: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

for (const [name, run] of chosen) await tell(name, run)
