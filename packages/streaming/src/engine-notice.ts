/** What an engine says beside its answers, for an operator; nothing stops for it. */
export interface EngineNotice {
  readonly message: string
  /** A fault that is waited out; without it there is only something to know. */
  readonly error?: Error
  /** Words of a client library, for those who look closely; what they come to is told without them. */
  readonly isDetail?: true
}

/** Hears what engines say. Must not throw. */
export type NoticeListener = (notice: EngineNotice) => void
