/** What an engine says beside its answers, for an operator; nothing stops for it. */
export interface EngineNotice {
  readonly message: string
  /** A fault that is waited out; without it there is only something to know. */
  readonly error?: Error
}

/** Hears what engines say. Must not throw. */
export type NoticeListener = (notice: EngineNotice) => void
