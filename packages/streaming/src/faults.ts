/** A fault that may pass: the same call may succeed later. Its outcome is unknown. */
export class TransientError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/** A broken invariant: going on could lose or double something, so the process must end. */
export class HaltError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/** A topic or partition that nobody made: neither is ever made by the way. */
export const missingTopic = (topic: string, partition?: number): HaltError =>
  new HaltError(
    'EBB_TOPIC_MISSING',
    partition === undefined
      ? `there is no topic ${topic}; make the topics first`
      : `there is no partition ${partition} of topic ${topic}`,
  )
