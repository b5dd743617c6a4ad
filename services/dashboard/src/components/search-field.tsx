import { useEffect, useId, useState } from 'preact/hooks'

interface SearchFieldProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly onSearch: (text: string) => void
}

const PAUSE_MS = 250

/** A text to search for; it is taken after a pause in typing. */
export const SearchField = ({ label, hint, value, onSearch }: SearchFieldProps) => {
  const id = useId()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  // Only another text begins the pause.
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onSearch(text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <div class="field is-wide">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        placeholder={hint}
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  )
}
