/** Crockford's base 32: no I, L, O and U. Behind it, the five signs that only check. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHECK_ALPHABET = `${ALPHABET}*~$=U`

/** 17 × 5 = 85 random bits. */
const RANDOM_CHARACTERS = 17
const CODE = new RegExp(`^[${ALPHABET}]{${RANDOM_CHARACTERS + 1}}$`)

/**
 * A new code such as `7K3QM9-XW2C4D-F5TZN8`: 17 characters drawn from `randomBytes`, and Crockford's
 * check character. One in seven draws has a check sign that is neither letter nor digit of the
 * alphabet and is thrown away, which leaves 84.8 of 85 bits. Unguessable as far as the bytes are.
 */
export const newCouponCode = (randomBytes: (n: number) => Uint8Array): string => {
  for (;;) {
    // 256 is a multiple of 32, so no character is likelier than another.
    const bytes = randomBytes(RANDOM_CHARACTERS)
    const random = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
    const code = random + checkOf(random)
    if (CODE.test(code)) return grouped(code)
  }
}

/**
 * A code as `newCouponCode` writes it, from what a person typed: in small letters, without hyphens or
 * with spaces, I or L for 1, O for 0. `undefined` where it cannot be a code of ours. One wrong
 * character is always noticed, and so are two neighbours that are swapped, for the number of check
 * signs, 37, is prime and greater than 32. Of other errors about 36 in 37 are.
 */
export const parseCouponCode = (text: string): string | undefined => {
  // What is longer than this is no code, and not worth reading.
  if (text.length > MOST_TYPED) return undefined
  const typed = text
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replace(/[IL]/g, '1')
    .replace(/O/g, '0')
  if (!CODE.test(typed)) return undefined
  const random = typed.slice(0, RANDOM_CHARACTERS)
  return checkOf(random) === typed.at(-1) ? grouped(typed) : undefined
}

const MOST_TYPED = 64

/** The number that the characters write, modulo 37. */
const checkOf = (random: string): string => {
  const modulus = CHECK_ALPHABET.length
  let remainder = 0
  for (const character of random)
    remainder = (remainder * ALPHABET.length + ALPHABET.indexOf(character)) % modulus
  return CHECK_ALPHABET[remainder]!
}

const grouped = (code: string): string => code.match(/.{6}/g)!.join('-')
