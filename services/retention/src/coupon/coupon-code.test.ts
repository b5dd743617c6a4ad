import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newCouponCode, parseCouponCode } from './coupon-code.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Bytes that a seed alone decides, as many as are asked for. */
const bytesOf = (seed: number) => {
  let calls = 0
  return (n: number): Uint8Array =>
    createHash('sha512').update(`${seed} ${calls++}`).digest().subarray(0, n)
}

const arbitraryCode = fc.integer().map((seed) => newCouponCode(bytesOf(seed)))
const plain = (code: string): string => code.replaceAll('-', '')

/** The number that 17 characters write modulo 37, in whole numbers of any size. */
const checkNumber = (code: string): number => {
  let number = 0n
  for (const character of code) number = number * 32n + BigInt(ALPHABET.indexOf(character))
  return Number(number % 37n)
}

describe('a new code', () => {
  it('is 18 letters and digits in three groups, the last one checking the others', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{6}-){2}[0-9A-HJKMNP-TV-Z]{6}$/)
        const characters = plain(code)
        expect(ALPHABET[checkNumber(characters.slice(0, 17))]).toBe(characters[17])
      }),
    )
  })

  it('is drawn again while its check sign is neither letter nor digit of the alphabet', () => {
    // 1 · 32 + 1: sign 33 is one of the five.
    const draws = [1, 1, 2].map((last, i) => {
      const bytes = new Uint8Array(17)
      bytes.set(i < 2 ? [1, last] : [last], i < 2 ? 15 : 16)
      return bytes
    })
    expect(newCouponCode(() => draws.shift()!)).toBe('000000-000000-000022')
    expect(draws).toHaveLength(0)
  })

  it('never comes twice, and has every character equally often at every place', () => {
    const codes = Array.from({ length: 16_000 }, (_, i) => plain(newCouponCode(bytesOf(i))))
    expect(new Set(codes).size).toBe(codes.length)
    // 500 expected, 22 the standard deviation: six of them, 576 times.
    for (let place = 0; place < 18; place++) {
      const counts = new Map<string, number>()
      for (const code of codes) counts.set(code[place]!, (counts.get(code[place]!) ?? 0) + 1)
      expect(counts.size).toBe(32)
      for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(133)
    }
  })

  it('takes the bytes of the system', () => {
    expect(parseCouponCode(newCouponCode(randomBytes))).toBeDefined()
  })
})

/** Ways in which people write what was `character`. */
const handwriting = (character: string): fc.Arbitrary<string> => {
  const lookalikes = { '0': ['O', 'o', '0'], '1': ['I', 'i', 'L', 'l', '1'] }[character]
  return fc.constantFrom(...(lookalikes ?? [character, character.toLowerCase()]))
}

describe('a code that somebody typed', () => {
  it('is the code, however it is written', () => {
    const typed = arbitraryCode.chain((code) =>
      fc.tuple(
        fc.constant(code),
        fc.tuple(...[...plain(code)].map(handwriting)),
        fc.array(fc.constantFrom('', '', ' ', '-', '–', ' '), { minLength: 18, maxLength: 18 }),
      ),
    )
    fc.assert(
      fc.property(typed, ([code, characters, gaps]) => {
        const text = characters.map((character, i) => character + gaps[i]).join('')
        expect(parseCouponCode(` ${text} `)).toBe(code)
      }),
    )
  })

  it('is refused where any one character is another', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        const characters = [...plain(code)]
        for (const [place, right] of characters.entries())
          for (const wrong of [...ALPHABET, ...'U*~$=äé%']) {
            if (wrong === right) continue
            expect(parseCouponCode(characters.with(place, wrong).join(''))).toBeUndefined()
          }
      }),
      { numRuns: 20 },
    )
  })

  it('is refused where any two neighbours are swapped', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        const characters = [...plain(code)]
        for (let place = 0; place < 17; place++) {
          const [one, other] = [characters[place]!, characters[place + 1]!]
          if (one === other) continue
          const swapped = characters
            .with(place, other)
            .with(place + 1, one)
            .join('')
          expect(parseCouponCode(swapped)).toBeUndefined()
        }
      }),
    )
  })

  it('is refused where a character is missing or one too many', () => {
    fc.assert(
      fc.property(arbitraryCode, fc.nat(17), fc.constantFrom(...ALPHABET), (code, place, more) => {
        const characters = [...plain(code)]
        expect(parseCouponCode(characters.toSpliced(place, 1).join(''))).toBeUndefined()
        expect(parseCouponCode(characters.toSpliced(place, 0, more).join(''))).toBeUndefined()
      }),
    )
  })

  it('is refused, whatever it is, unless it is written like a code', () => {
    expect(parseCouponCode('')).toBeUndefined()
    expect(parseCouponCode('0'.repeat(1_000_000))).toBeUndefined()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const code = parseCouponCode(text)
        if (code !== undefined) expect(parseCouponCode(code)).toBe(code)
      }),
    )
  })
})
