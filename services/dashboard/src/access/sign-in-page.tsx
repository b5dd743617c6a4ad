import { useId, useState } from 'preact/hooks'
import { Mark } from '../components/icon.tsx'
import { FaultNotice } from '../components/notice.tsx'
import { LanguageChoice, ThemeChoice } from '../components/preferences.tsx'
import { words } from '../language/language.ts'
import { hasEnded, signIn, signInFault } from './session.ts'

/** Asks for a token. */
export const SignInPage = () => {
  const w = words.value
  return (
    <main class="sign-in" id="main">
      <div class="sign-in-card">
        <p class="brand">
          <Mark />
          Ebb
        </p>
        <p class="muted">{w.signIn.tagline}</p>
        <h1>{w.signIn.title}</h1>
        {hasEnded.value && !signInFault.value && <p role="status">{w.signIn.ended}</p>}
        {signInFault.value && <FaultNotice fault={signInFault.value} />}
        <TokenForm />
        <div class="sign-in-foot">
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </div>
    </main>
  )
}

const TokenForm = () => {
  const w = words.value
  const id = useId()
  const [token, setToken] = useState('')
  const [isAsking, setAsking] = useState(false)
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    setAsking(true)
    await signIn(token.trim())
    setAsking(false)
  }
  return (
    <form onSubmit={submit}>
      <div class="field">
        <label for={id}>{w.signIn.token}</label>
        <input
          id={id}
          type="password"
          required
          autocomplete="current-password"
          aria-describedby={`${id}-hint`}
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <p class="muted" id={`${id}-hint`}>
          {w.signIn.hint}
        </p>
      </div>
      <button type="submit" class="button is-main is-wide" disabled={isAsking}>
        {w.signIn.submit}
      </button>
    </form>
  )
}
