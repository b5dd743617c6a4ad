import { language, words } from '../language/language.ts'
import { LANGUAGES } from '../language/languages.ts'
import { THEMES, theme } from '../look/theme.ts'
import { Segments, Select } from './choice.tsx'

/** Which language the page speaks. */
export const LanguageChoice = () => (
  <Segments
    label={words.value.app.language}
    value={language.value}
    options={LANGUAGES.map((value) => ({ value, text: words.value.language[value] }))}
    onChoose={(value) => {
      language.value = value
    }}
  />
)

/** Light, dark, or as the device is. */
export const ThemeChoice = () => (
  <Select
    label={words.value.app.theme}
    value={theme.value}
    options={THEMES.map((value) => ({ value, text: words.value.theme[value] }))}
    onChoose={(value) => {
      theme.value = THEMES.find((known) => known === value) ?? 'system'
    }}
  />
)
