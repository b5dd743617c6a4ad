import type { Role } from '@ebb/contracts/dashboard-api'
import type { Json } from './profile-fold.ts'

/**
 * Attributes that tell who somebody is, or where. A name is looked at in small letters without
 * anything but letters: `First_Name` is `firstname`. `has`: one that this is a part of is personal,
 * too, as `mobilephone` is by `phone`; the others only as they stand here.
 */
export const PERSONAL_ATTRIBUTES: readonly (
  | { readonly has: string; readonly such: string }
  | { readonly is: string; readonly such: string }
)[] = [
  { has: 'mail', such: 'email, e-mail' },
  { has: 'phone', such: 'phone, mobilePhone' },
  { has: 'telef', such: 'telefon' },
  { is: 'tel', such: 'tel' },
  { has: 'mobil', such: 'mobile, mobileNumber' },
  { has: 'whatsapp', such: 'whatsapp' },
  { is: 'fax', such: 'fax' },
  { has: 'name', such: 'firstName, lastName, username, nickname' },
  { is: 'title', such: 'title' },
  { has: 'address', such: 'address, shippingAddress' },
  { has: 'street', such: 'street' },
  { is: 'city', such: 'city' },
  { has: 'zip', such: 'zip, zipCode' },
  { has: 'postal', such: 'postalCode' },
  { has: 'postcode', such: 'postcode' },
  { has: 'birth', such: 'birthday, dateOfBirth' },
  { is: 'dob', such: 'dob' },
  { has: 'avatar', such: 'avatar' },
  { has: 'photo', such: 'photo' },
  { is: 'description', such: 'description' },
  { has: 'note', such: 'note, notes' },
  { has: 'comment', such: 'comment' },
  { is: 'website', such: 'website' },
  { is: 'ip', such: 'ip' },
  { is: 'lat', such: 'lat' },
  { is: 'lng', such: 'lng' },
  { is: 'latitude', such: 'latitude' },
  { is: 'longitude', such: 'longitude' },
  { has: 'iban', such: 'iban' },
  { has: 'passport', such: 'passport' },
  { has: 'taxid', such: 'taxId' },
]

/** Who works with single people, and sees all that is known of them. */
const SEES_PERSONAL: ReadonlySet<Role> = new Set(['support', 'admin'])

/** Somebody's address, whatever the attribute is called. */
const EMAIL = /\S@\S+\.\S/
/** A telephone number as it is dialled from abroad. */
const PHONE = /^\s*(\+|00)[\d\s()./-]{8,}$/

/** What a role sees of the attributes of a customer, and how many more there are. */
export interface SeenAttributes {
  readonly attributes: Readonly<Record<string, Json>>
  /** Those that are personal. */
  readonly hidden: number
}

/** The part of the attributes that a role may see. */
export const attributesFor = (
  role: Role,
  attributes: Readonly<Record<string, Json>>,
): SeenAttributes => {
  if (SEES_PERSONAL.has(role)) return { attributes, hidden: 0 }
  const all = Object.entries(attributes)
  const seen = all.filter(([name, value]) => !isPersonal(name, value))
  return { attributes: Object.fromEntries(seen), hidden: all.length - seen.length }
}

/** By the name, by what looks like an email address or a telephone number, and by what is within. */
export const isPersonal = (name: string, value: Json): boolean => {
  const letters = name.toLowerCase().replaceAll(/[^\p{L}]/gu, '')
  if (PERSONAL_ATTRIBUTES.some((rule) => isNamed(rule, letters))) return true
  if (typeof value === 'string') return EMAIL.test(value) || PHONE.test(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, each]) => isPersonal(key, each))
}

const isNamed = (rule: (typeof PERSONAL_ATTRIBUTES)[number], letters: string): boolean =>
  'is' in rule ? letters === rule.is : letters.includes(rule.has)
