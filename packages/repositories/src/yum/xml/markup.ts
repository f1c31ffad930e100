/** A start tag, or that of an empty element. */
export interface Tag {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** Where the text goes on behind it. */
  readonly end: number
  readonly isEmpty: boolean
  /** What is wrong with its attributes. */
  readonly wrong: string | undefined
}

/** NameStartChar and NameChar of XML 1.0 in UTF-16. */
const first =
  ':A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f' +
  '\\u2c00-\\u2fef\\u3001-\\udfff\\uf900-\\ufdcf\\ufdf0-\\ufffd'
const name = `[${first}][-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040${first}]*`
const space = '[ \\t\\r\\n]'
const start = new RegExp(`<(${name})`, 'y')
const attribute = new RegExp(`${space}+(${name})${space}*=${space}*(?:"([^"<]*)"|'([^'<]*)')`, 'y')
const finish = new RegExp(`${space}*(/?)>`, 'y')

const none: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

/** The tag that begins at `at`; undefined when there is none, or not all of it. */
export function parseTag(text: string, at: number): Tag | undefined {
  start.lastIndex = at
  const name = start.exec(text)?.[1]
  if (name === undefined) return undefined
  let end = start.lastIndex
  let attributes: Record<string, string> | undefined
  let wrong: string | undefined
  for (;;) {
    attribute.lastIndex = end
    const found = attribute.exec(text)
    if (found === null) break
    end = attribute.lastIndex
    const key = found[1] ?? ''
    const value = normalized(found[2] ?? found[3] ?? '')
    attributes ??= Object.create(null) as Record<string, string>
    if (typeof value !== 'string') wrong ??= value.why
    else if (key in attributes) wrong ??= `the attribute ${key.slice(0, 100)} is there twice`
    else attributes[key] = value
  }
  finish.lastIndex = end
  const isEmpty = finish.exec(text)?.[1]
  if (isEmpty === undefined) return undefined
  return { name, attributes: attributes ?? none, end: finish.lastIndex, isEmpty: isEmpty === '/', wrong }
}

/** Length of what begins at `at` and ends with a `>` that is in no quotes; 0 when there is none. */
export function tagLength(text: string, at: number): number {
  let quote = ''
  for (let k = at + 1; k < text.length; k += 1) {
    const character = text.charAt(k)
    if (quote !== '') {
      if (character === quote) quote = ''
      else if (character === '<') return k - at
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>' || character === '<') return k + 1 - at
  }
  return 0
}

const instruction = new RegExp(`^<\\?${name}(?:${space}[^]*)?\\?>$`)

/** Whether `text`, from `<?` to `?>`, is a processing instruction. */
export function isInstruction(text: string): boolean {
  return instruction.test(text)
}

interface Wrong {
  readonly why: string
  /** Where, in the text. */
  readonly at: number
}

/** Section 3.3.3. */
function normalized(value: string): string | Wrong {
  const normal = /[\t\r\n]/.test(value) ? value.replace(/\r\n|[\t\r\n]/g, ' ') : value
  return normal.includes('&') ? expand(normal) : normal
}

const predefined: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

const reference = /&(?:#([0-9]+)|#x([0-9a-fA-F]+)|([^&;<\s]*));|&/g

/** `text` with the predefined entities and the references to characters replaced; none of them is looked at twice. */
export function expand(text: string): string | Wrong {
  let wrong: Wrong | undefined
  const expanded = text.replace(reference, (whole, decimal, hexadecimal, entity, at: number) => {
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
    const character = Number.isNaN(code)
      ? predefined.get(entity)
      : isCharacter(code)
        ? String.fromCodePoint(code)
        : undefined
    if (character === undefined) wrong ??= { at, why: `${JSON.stringify(whole.slice(0, 100))} is no predefined entity` }
    return character ?? ''
  })
  return wrong ?? expanded
}

/** Section 2.2. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}
