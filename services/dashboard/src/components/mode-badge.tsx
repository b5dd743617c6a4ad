import type { WinbackMode } from '@ebb/contracts/winback-api'
import { words } from '../language/language.ts'

/** Whether win-backs leave. */
export const ModeBadge = ({ mode }: { readonly mode: WinbackMode }) => (
  <span class={`mode is-${mode}`}>{words.value.mode[mode]}</span>
)
