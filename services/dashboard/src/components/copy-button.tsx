import { useEffect, useState } from 'preact/hooks'
import { words } from '../language/language.ts'
import { Icon } from './icon.tsx'

const SHOWN_MS = 2_000

/** Puts a text on the clipboard, and says so. */
export const CopyButton = ({ text }: { readonly text: string }) => {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async (): Promise<void> => setCopied(await putOnClipboard(text))
  return (
    <button type="button" class="button is-small" onClick={copy}>
      <Icon name={isCopied ? 'check' : 'copy'} />
      <span aria-live="polite">
        {isCopied ? words.value.common.copied : words.value.common.copy}
      </span>
    </button>
  )
}

const putOnClipboard = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copySelected(text)
  }
}

/** The way that also works on an address without TLS. */
const copySelected = (text: string): boolean => {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'off-screen'
  document.body.append(field)
  field.select()
  const isCopied = document.execCommand('copy')
  field.remove()
  return isCopied
}
