/** What an engine says beside its answers. */
export interface EngineNotice {
  readonly message: string
  /** A fault that is waited out; without it there is only something to know. */
  readonly error?: Error
}

/** Hears what engines say. Must not throw. */
export type NoticeListener = (notice: EngineNotice) => void
