import type { WinbackMode } from '@ebb/contracts/winback-api'
import { useState } from 'preact/hooks'
import { iMay } from '../access/session.ts'
import { ask } from '../api/api-client.ts'
import type { ApiFault } from '../api/api-fault.ts'
import { Card } from '../components/card.tsx'
import { Segments } from '../components/choice.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { ModeBadge } from '../components/mode-badge.tsx'
import { FaultNotice } from '../components/notice.tsx'
import { words } from '../language/language.ts'

interface ModeCardProps {
  readonly mode: WinbackMode
  readonly onChanged: () => void
}

const MODES: readonly WinbackMode[] = ['live', 'shadow', 'paused']

/** Whether win-backs leave, and the switch for those who may turn it. */
export const ModeCard = ({ mode, onChanged }: ModeCardProps) => {
  const w = words.value
  const [wanted, setWanted] = useState<WinbackMode>()
  const [fault, setFault] = useState<ApiFault>()
  const change = async (to: WinbackMode): Promise<void> => {
    setWanted(undefined)
    const answer = await ask('/winbacks/mode', { method: 'PUT', body: { mode: to } })
    setFault(answer.fault)
    if (!answer.fault) onChanged()
  }
  const options = MODES.map((value) => ({ value, text: w.mode[value] }))
  return (
    <Card title={w.winbacks.modeTitle} class="mode-card" aside={<ModeBadge mode={mode} />}>
      <p>{w.modeHint[mode]}</p>
      {iMay('mode') && (
        <Segments
          label={w.winbacks.modeTitle}
          value={mode}
          options={options}
          onChoose={(chosen) => setWanted(chosen === mode ? undefined : chosen)}
        />
      )}
      {fault && <FaultNotice fault={fault} />}
      {wanted && (
        <ConfirmDialog
          question={w.winbacks.confirm(w.mode[wanted])}
          yes={w.winbacks.confirmYes(w.mode[wanted])}
          onYes={() => change(wanted)}
          onCancel={() => setWanted(undefined)}
        >
          <p>{w.modeHint[wanted]}</p>
        </ConfirmDialog>
      )}
    </Card>
  )
}
