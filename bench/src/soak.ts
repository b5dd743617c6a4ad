// npm run soak: runs the demonstration for long, with its metrics on, and prints how memory grows.
// `--help` has its options.
// Samples resident memory and the heap every 2 s, the heap as /metrics tells it, without the young
// generation, which is mostly garbage. Its data are in a temporary folder. The last line is one JSON
// object. Ends with 1 where resident memory grows by more than 2 MiB an hour (R12 of the project's
// goals), or where the demonstration ends before its time.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type MemorySample, memorySlope } from './memory-slope.ts'
import { SOAK_USAGE, soakOptions } from './soak-options.ts'

const SAMPLE_EVERY_MS = 2_000
const MINUTE_MS = 60_000
const MOST_MIB_AN_HOUR = 2
const PORTS = ['COLLECTOR', 'FEATURES', 'RETENTION', 'INSIGHTS', 'METRICS'] as const

const readOptions = () => {
  try {
    return soakOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${SOAK_USAGE}`)
    return process.exit(1)
  }
}

const options = readOptions()
if (options === undefined) {
  process.stdout.write(SOAK_USAGE)
  process.exit(0)
}
const { lengthMs, warmUpMs } = options

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const folder = mkdtempSync(join(tmpdir(), 'ebb-soak-'))
const ports = new Map(await Promise.all(PORTS.map(async (of) => [of, await freePort()] as const)))
// As `npm start` does it.
const launcher = join(import.meta.dirname, '../../launch.mjs')
const child = spawn(process.execPath, [launcher, 'demo', '--data', join(folder, 'demo')], {
  // Alerts are printed by the thousand: nobody reads them here.
  stdio: ['ignore', 'ignore', 'inherit'],
  env: Object.fromEntries([...ports].map(([of, port]) => [`EBB_${of}_PORT`, String(port)])),
})
const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
let isEnded = false
void ended.then(() => {
  isEnded = true
})

/** The demonstration is the only child of its launcher; '' until it is there. */
const demonstration = (): string =>
  readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim()

const residentBytes = (): number => {
  const status = readFileSync(`/proc/${demonstration()}/status`, 'latin1')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024
}

const heapBytes = async (): Promise<number | undefined> => {
  const answer = await fetch(`http://127.0.0.1:${ports.get('METRICS')}/metrics`).catch(() => {})
  const text = (await answer?.text()) ?? ''
  const spaces = [...text.matchAll(/^v8js_memory_heap_used\{([^}]*)\} (\S+)$/gm)].filter(
    ([, labels]) => !labels!.includes('"new_'),
  )
  return spaces.length === 0 ? undefined : spaces.reduce((sum, [, , used]) => sum + Number(used), 0)
}

const resident: MemorySample[] = []
const heap: MemorySample[] = []
while (!isEnded && demonstration() === '') await wait(100)
const began = performance.now()
for (let at = 0; at < lengthMs && !isEnded; at = performance.now() - began) {
  resident.push({ at, bytes: residentBytes() })
  const used = await heapBytes()
  if (used !== undefined) heap.push({ at, bytes: used })
  await wait(SAMPLE_EVERY_MS)
}
const isWhole = !isEnded
child.kill('SIGTERM')
await ended
rmSync(folder, { recursive: true, force: true })

const inMib = ({ bytes }: MemorySample): number => Math.round(bytes / 104_857.6) / 10
const told = (samples: readonly MemorySample[]) => ({
  atWarmUp: inMib(samples.find(({ at }) => at >= warmUpMs) ?? samples[0]!),
  atEnd: inMib(samples.at(-1)!),
  slopeMibAnHour: Math.round(memorySlope(samples, warmUpMs) * 100) / 100,
})
const report = {
  minutes: Math.round((resident.at(-1)!.at / MINUTE_MS) * 10) / 10,
  resident: told(resident),
  heap: told(heap),
}
process.stdout.write(`${JSON.stringify(report)}\n`)
if (!isWhole || !(report.resident.slopeMibAnHour <= MOST_MIB_AN_HOUR)) process.exitCode = 1
