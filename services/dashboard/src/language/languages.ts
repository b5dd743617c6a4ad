/** The languages of the page: English and Simplified Chinese. */
export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** The first language that a browser asks for and that is there; English where none is. */
export const languageFor = (tags: readonly string[]): Language => {
  for (const tag of tags) {
    const name = tag.toLowerCase().split('-')[0]
    const known = LANGUAGES.find((language) => language === name)
    if (known !== undefined) return known
  }
  return 'en'
}
