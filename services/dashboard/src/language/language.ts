import { computed, effect } from '@preact/signals'
import { shop } from '../access/session.ts'
import { preference } from '../look/preference.ts'
import { ENGLISH } from './english.ts'
import { formatOf } from './format.ts'
import { LANGUAGES, languageFor } from './languages.ts'
import { SIMPLIFIED_CHINESE } from './simplified-chinese.ts'

/** What the reader reads. */
export const language = preference({
  key: 'ebb.language',
  values: LANGUAGES,
  fallback: languageFor(navigator.languages),
})

/** The catalogue of that language. */
export const words = computed(() => (language.value === 'zh' ? SIMPLIFIED_CHINESE : ENGLISH))

/** Writes numbers, dates and money as that language does, in the shop's time zone and currency. */
export const format = computed(() => {
  const ownTag = navigator.languages.find((tag) => languageFor([tag]) === language.value)
  return formatOf({ ...shop.value, tag: language.value === 'zh' ? 'zh-CN' : (ownTag ?? 'en') })
})

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})
