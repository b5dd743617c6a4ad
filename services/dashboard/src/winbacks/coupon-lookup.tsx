import type { CouponView } from '@ebb/contracts/winback-api'
import { useId, useState } from 'preact/hooks'
import { type Answer, ask } from '../api/api-client.ts'
import { Card } from '../components/card.tsx'
import { FaultNotice } from '../components/notice.tsx'
import { words } from '../language/language.ts'
import { Coupon } from './decision-card.tsx'
import { refusalOf } from './decision-words.ts'

/** What a coupon is and whether a shop would take it, for those whom customers ask. */
export const CouponLookup = () => {
  const { coupon } = words.value
  const [code, setCode] = useState('')
  const [answer, setAnswer] = useState<Answer<CouponView>>()
  const id = useId()
  const find = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    setAnswer(await ask<CouponView>(`/winbacks/coupons/${encodeURIComponent(code.trim())}`))
  }
  return (
    <Card title={coupon.title}>
      <form class="filters" onSubmit={find}>
        <div class="field is-wide">
          <label for={id}>{coupon.code}</label>
          <input
            id={id}
            required
            autocomplete="off"
            spellcheck={false}
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </div>
        <button type="submit" class="button">
          {coupon.find}
        </button>
      </form>
      {answer?.fault && <FaultNotice fault={answer.fault} />}
      {answer && 'data' in answer && <Found coupon={answer.data} />}
    </Card>
  )
}

const Found = ({ coupon: found }: { readonly coupon: CouponView }) => {
  const { coupon, refusal } = words.value
  const why = refusalOf(found)
  return (
    <div role="status">
      <Coupon coupon={found} />
      <p>{why ? `${coupon.wouldBeRefused} ${refusal[why]}` : coupon.wouldBeTaken}</p>
    </div>
  )
}
