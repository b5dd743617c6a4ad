import { useState } from 'preact/hooks'
import { type Answer, ask } from '../api/api-client.ts'
import { Card } from '../components/card.tsx'
import { FaultNotice } from '../components/notice.tsx'
import { words } from '../language/language.ts'

interface Sent {
  readonly url: string
  /** What the receiver said. */
  readonly outcome: string
}

/** Sends a made-up trigger, to see that it arrives. */
export const TestSendCard = () => {
  const { winbacks } = words.value
  const [answer, setAnswer] = useState<Answer<Sent>>()
  const [isSending, setSending] = useState(false)
  const send = async (): Promise<void> => {
    setSending(true)
    setAnswer(await ask<Sent>('/winbacks/test-send', { method: 'POST', body: {} }))
    setSending(false)
  }
  return (
    <Card title={winbacks.testTitle} hint={winbacks.testHint}>
      <button type="button" class="button" onClick={send} disabled={isSending}>
        {winbacks.testSend}
      </button>
      {answer?.fault && <FaultNotice fault={answer.fault} />}
      <p role="status">
        {answer && 'data' in answer && winbacks.testSent(answer.data.url, answer.data.outcome)}
      </p>
    </Card>
  )
}
