/**
 * Patterns of paths. `*` stands for any characters but a slash, `**` for any, `?` for one, `[a-z]` for one of these,
 * `[!a-z]` for one of all others; a backslash takes the next character as it is. A pattern with a slash counts from the
 * top of the repository, one without is about a name anywhere. What matches a directory matches all that is below it.
 */
export class Patterns {
  readonly #expressions: readonly RegExp[]

  constructor(patterns: readonly string[]) {
    this.#expressions = patterns.map(expressionOf)
  }

  get isEmpty(): boolean {
    return this.#expressions.length === 0
  }

  match(path: string): boolean {
    return this.#expressions.some(expression => expression.test(path))
  }
}

/** A pattern as an expression over whole paths. Pure. */
function expressionOf(pattern: string): RegExp {
  const plain = pattern.replace(/\/+$/, '')
  const anywhere = plain.includes('/') ? '' : '(?:.*/)?'
  return new RegExp(`^${anywhere}${translate(plain.replace(/^\/+/, ''))}(?:/.*)?$`, 's')
}

function translate(pattern: string): string {
  let text = ''
  for (let at = 0; at < pattern.length; ) {
    const [length, expression] = translateAt(pattern, at)
    text += expression
    at += length
  }
  return text
}

/** What stands at a place of a pattern: how long it is, and its expression. */
function translateAt(pattern: string, at: number): readonly [length: number, expression: string] {
  const rest = pattern.slice(at)
  const isNameStart = at === 0 || pattern[at - 1] === '/'
  if (isNameStart && rest.startsWith('**/')) return [3, '(?:.*/)?']
  const stars = /^\*+/.exec(rest)?.[0].length ?? 0
  if (stars > 0) return [stars, stars > 1 ? '.*' : '[^/]*']
  if (rest.startsWith('?')) return [1, '[^/]']
  const [set, not = '', members = ''] = /^\[([!^]?)(\]?[^\]/]*)\]/.exec(rest) ?? []
  if (set !== undefined && members !== '' && isRangeList(members))
    return [set.length, `(?!/)[${not && '^'}${members.replace(/[\\\]^[]/g, '\\$&')}]`]
  const isEscape = rest.startsWith('\\') && rest.length > 1
  const character = isEscape ? rest.slice(1, 2) : rest.slice(0, 1)
  return [isEscape ? 2 : 1, character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')]
}

/** Whether no range in a set ends before it begins. */
function isRangeList(members: string): boolean {
  for (const [, from = '', to = ''] of members.matchAll(/(.)-(.)/gs)) if (from > to) return false
  return true
}
