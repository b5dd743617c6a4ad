import { chance, pick, type SeededRandom } from './seeded-random.ts'

/** One article; `priceMinor` in minor units of the shop's currency. */
export type Product = { id: string; name: string; category: string; priceMinor: number }

/** One line of a basket; `quantity` ≥ 1. */
export type BasketLine = { product: Product; quantity: number }

const shelf = (category: string, prices: Record<string, number>): Product[] =>
  Object.entries(prices).map(([name, priceMinor], index) => ({
    id: `${category.toLowerCase()}-${index + 1}`,
    name,
    category,
    priceMinor,
  }))

const SHELVES: Record<string, Product[]> = {
  Coffee: shelf('Coffee', {
    'House espresso, 500 g': 1490,
    'Single origin, 250 g': 1190,
    'Decaffeinated, 250 g': 1250,
    'Drip bags, 10 pieces': 890,
  }),
  Tea: shelf('Tea', {
    'Breakfast blend, 200 g': 990,
    'Green sencha, 100 g': 1350,
    'Mint leaves, 80 g': 690,
    'White peony, 50 g': 1890,
  }),
  Brewing: shelf('Brewing', {
    'Glass dripper': 2490,
    'Hand grinder': 5900,
    'Paper filters, 100 pieces': 590,
    'Cast iron pot': 4450,
  }),
  Pantry: shelf('Pantry', {
    'Almond biscuits': 540,
    'Forest honey': 980,
    'Dark chocolate, 5 bars': 1575,
    'Oat drink, 6 bottles': 1320,
  }),
}

/** The names of the shop's categories. */
export const CATEGORIES: readonly string[] = Object.keys(SHELVES)

const FAVOURITE_SHARE = 0.6

/** A product, more often than not from the favourite category. */
export const pickProduct = (random: SeededRandom, favourite: string): Product => {
  const category = chance(random, FAVOURITE_SHARE) ? favourite : pick(random, CATEGORIES)
  return pick(random, SHELVES[category]!)
}

const MOST_LINES = 3
const MOST_OF_ONE = 4

/** A basket of one to three different products, worth roughly `targetMinor`. */
export const fillBasket = (
  random: SeededRandom,
  favourite: string,
  targetMinor: number,
): BasketLine[] => {
  const lines: BasketLine[] = []
  let missing = targetMinor
  for (let tries = 0; tries < MOST_LINES && (missing > 0 || lines.length === 0); tries++) {
    const product = pickProduct(random, favourite)
    if (lines.some((line) => line.product === product)) continue
    const wanted = Math.round(missing / product.priceMinor / (MOST_LINES - tries))
    const quantity = Math.min(MOST_OF_ONE, Math.max(1, wanted))
    lines.push({ product, quantity })
    missing -= quantity * product.priceMinor
  }
  return lines
}

/** Value of a basket in minor units. */
export const basketMinor = (basket: readonly BasketLine[]): number =>
  basket.reduce((sum, { product, quantity }) => sum + quantity * product.priceMinor, 0)
