import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pagePath } from './page-path.ts'

test.each([
  ['https://shop.example/cart?step=2#pay', '/cart'],
  ['https://jane:secret@shop.example:8443/cart', '/cart'],
  ['//shop.example/a/b/', '/a/b/'],
  ['https://shop.example?utm_source=x', '/'],
  ['/thanks#order-1', '/thanks'],
  ['Home', 'Home'],
  ['/商品/红茶', '/商品/红茶'],
])('of %s the path is %s', (url, path) => {
  expect(pagePath(url)).toBe(path)
})

test.each([
  ['/account/jane@x.com', '/account/:id'],
  ['/account/jane%40x.com/edit', '/account/:id/edit'],
  ['/account/jane%2540x.com', '/account/:id'],
  ['/orders/100234', '/orders/:id'],
  ['/orders/10023', '/orders/10023'],
  ['/invoice-2024100234.pdf', '/:id'],
  ['/u/3F2504E0-4F89-11D3-9A0C-0305E82C3301', '/u/:id'],
  ['/reset/deadbeefcafebabe', '/reset/:id'],
  ['/colours/deadbeefcafebab', '/colours/deadbeefcafebab'],
  ['mailto:jane@x.com', ':id'],
  ['/account/jane%u0040x.com', '/account/:id'],
  ['/t/0171-234-5678', '/t/:id'],
  ['/t/+49%20171%20234%2056%2078', '/t/:id'],
  ['/reset/Zk3pQ9sLmTxVbNwYcRdGhJk', '/reset/:id'],
  ['/magic/eyJhbGciOiJIUzI.eyJzdWIi', '/magic/:id'],
  ['/cart;jsessionid=AbCdEfGh', '/cart'],
  ['/sale/2024-autumn-collection-for-women', '/sale/2024-autumn-collection-for-women'],
  ['file:///Users/jane/x.html', '/'],
])('%s names nobody as %s', (url, path) => {
  expect(pagePath(url)).toBe(path)
})

test('nobody is named, wherever the name stands and however long the path is', () => {
  const name = fc.oneof(
    fc.emailAddress({ size: 'xsmall' }),
    fc.emailAddress({ size: 'xsmall' }).map(encodeURIComponent),
    fc.integer({ min: 100_000 }).map(String),
    fc.uuid(),
    fc.stringMatching(/^[0-9a-f]{16,40}$/),
  )
  const segment = fc.stringMatching(/^[a-z0-5.-]{0,5}$/)
  fc.assert(
    fc.property(fc.array(segment), name, fc.array(segment), (before, secret, after) => {
      const path = pagePath(`https://shop.example/${[...before, secret, ...after].join('/')}`)
      expect(path).not.toMatch(/@|%40|\d{6}|[0-9a-f]{16}/i)
      expect(path).not.toContain(secret)
    }),
  )
})

test('whatever comes, it is at most 64 units, well-formed, and without query', () => {
  const unit = fc.oneof(
    fc.constantFrom(...'/?#@:%4'),
    fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  )
  const text = fc.string({ unit, maxLength: 200 })
  fc.assert(
    fc.property(text, (url) => {
      const path = pagePath(url)
      expect([path.length <= 64, path.isWellFormed()]).toEqual([true, true])
      expect(path).not.toMatch(/[?#]/)
    }),
  )
  expect(pagePath(`/${'x'.repeat(62)}😀`).isWellFormed()).toBe(true)
})
