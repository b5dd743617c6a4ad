import { useId } from 'preact/hooks'

interface DateFieldProps {
  readonly label: string
  /** `2026-06-01`. */
  readonly value: string
  readonly onChoose: (day: string) => void
}

/** A day, under its label. What is half typed chooses nothing. */
export const DateField = ({ label, value, onChoose }: DateFieldProps) => {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={value}
        onChange={({ currentTarget }) => currentTarget.value && onChoose(currentTarget.value)}
      />
    </div>
  )
}
