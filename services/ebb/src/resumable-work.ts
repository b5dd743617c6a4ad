/** How work that the same command goes on with later is watched, and ended early. */
export interface ResumableWork<Progress> {
  readonly interrupted: AbortSignal
  readonly onProgress: (progress: Progress) => void
  /** An engine failed in a way that may pass. */
  readonly onRetry: (error: Error) => void
}
