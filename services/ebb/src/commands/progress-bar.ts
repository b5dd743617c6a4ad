import { SingleBar } from 'cli-progress'

/** How far work is, in any unit. */
export interface BarReading {
  readonly done: number
  /** Taken from the first reading. */
  readonly total: number
  /** What the format names beside the bar, the value and the total. */
  readonly named?: Readonly<Record<string, string>>
}

/** What a bar looks like. */
export interface BarLook<Progress> {
  /** A format of cli-progress. */
  readonly format: string
  readonly reading: (progress: Progress) => BarReading
}

/** Shows how far work is. */
export interface ProgressBar<Progress> {
  /** The bar comes with the first progress. */
  update(progress: Progress): void
  /** Clears the bar away. */
  stop(): void
}

/** A bar on standard error; nothing where it is not to be shown. */
export const progressBar = <Progress>(
  isShown: boolean,
  { format, reading }: BarLook<Progress>,
): ProgressBar<Progress> => {
  if (!isShown) return { update: () => {}, stop: () => {} }
  const bar = new SingleBar({
    format,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  let begun = false
  return {
    update: (progress) => {
      const { done, total, named } = reading(progress)
      if (!begun) bar.start(total, done, named)
      begun = true
      bar.update(done, named)
    },
    stop: () => {
      if (begun) bar.stop()
    },
  }
}
