/** One call of a port that waits for the scheduler to let it happen. */
export interface PendingCall {
  readonly label: string
  readonly run: () => Promise<void>
}

/** Decides, from a seed alone, what happens next in a simulation. */
export interface Scheduler {
  /** Uniform in [0, 1). */
  random(): number
  /** Uniform in 0 … n − 1. */
  pick(n: number): number
  /** Steps taken so far, as a wall clock that differs from run to run of a handler. */
  now(): number
  enqueue(call: PendingCall): void
  /** Lets one of the waiting calls happen, once everything else has come to rest. */
  step(): Promise<void>
  /** Drops the calls of a killed process. */
  drop(label: string): void
  /** A name for the next process: p1, p2 … */
  name(): string
  note(line: string): void
  /** From now on nothing fails any more. */
  faultless(): void
  /** A number in [0, 1) that decides a fault; 1 when nothing fails any more. */
  fate(): number
  readonly trace: readonly string[]
}

/** A scheduler whose choices depend on `seed` and nothing else. */
export const simulationScheduler = (seed: number): Scheduler => {
  const random = mulberry32(seed)
  const pick = (n: number): number => Math.floor(random() * n)
  const trace: string[] = []
  let pending: PendingCall[] = []
  let steps = 0
  let names = 0
  let faults = true
  return {
    random,
    pick,
    now: () => 1_000 + steps * 7,
    enqueue: (call) => {
      pending.push(call)
    },
    step: async () => {
      await rest()
      steps += 1
      if (pending.length === 0) return
      const [call] = pending.splice(pick(pending.length), 1)
      trace.push(call!.label)
      await call!.run()
      await rest()
    },
    drop: (label) => {
      pending = pending.filter((call) => !call.label.startsWith(label))
    },
    name: () => {
      names += 1
      return `p${names}`
    },
    note: (line) => {
      trace.push(line)
    },
    faultless: () => {
      faults = false
    },
    fate: () => (faults ? random() : 1),
    trace,
  }
}

/** All promise chains have run until they wait for the scheduler. */
const rest = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Tommy Ettinger's mulberry32 generator (public domain): 32 bits of state, uniform in [0, 1). */
const mulberry32 = (seed: number) => {
  let state = seed | 0
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
