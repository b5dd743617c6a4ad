import { styleText } from 'node:util'

/** Controls and what reorders text, by which a stranger's text could rule a terminal. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text of a stranger as it may go to a terminal: what steers one is written out as `\u{1b}`. */
export const printable = (text: string): string =>
  text.replace(UNSAFE, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`)

const NO_WIDTH = /\p{M}/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

const signWidth = (sign: string): number => {
  if (NO_WIDTH.test(sign)) return 0
  return WIDE.test(sign) ? 2 : 1
}

/** Columns that a text takes on a terminal: two for a Chinese sign. */
export const displayWidth = (text: string): number =>
  [...text].reduce((width, sign) => width + signWidth(sign), 0)

/** The text, or as much of its beginning as fits into `columns`, with `…` behind it. */
export const cut = (text: string, columns: number): string => {
  // No sign needs more than two units for one column, so a long text is not measured to its end.
  if (text.length <= 2 * columns && displayWidth(text) <= columns) return text
  let kept = ''
  let width = 1
  for (const sign of text) {
    width += signWidth(sign)
    if (width > columns) break
    kept += sign
  }
  return `${kept}…`
}

/** The text in a colour, where a person looks at a terminal. */
export const painted = (
  text: string,
  colour: Parameters<typeof styleText>[0],
  { isTerminal }: { readonly isTerminal: boolean },
): string => (isTerminal ? styleText(colour, text, { validateStream: false }) : text)
