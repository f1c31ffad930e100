import { readFile } from 'node:fs/promises'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import type { Static, TObject } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { nearest } from './nearest.ts'

/** Longest configuration file that is read, in bytes. */
const maxBytes = 1024 * 1024

/** Makes the error for a value at a key that is not as it must be; `message` goes on behind the key. */
export type Refuse = (keys: readonly string[], message: string, hint?: string) => RepocastError

/** Looks at what a schema cannot say. @throws what `refuse` makes */
export type FurtherCheck<S extends TObject> = (value: Static<S>, refuse: Refuse) => void

/**
 * The configuration in a YAML file, checked against a schema, with defaults filled in.
 * @throws RepocastError REPOCAST_CONFIGURATION_MISSING, REPOCAST_CONFIGURATION_WRONG
 */
export async function loadConfiguration<S extends TObject>(
  schema: S,
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  check?: FurtherCheck<S>,
): Promise<Static<S>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new RepocastError('REPOCAST_CONFIGURATION_MISSING', {
      message: `cannot read the configuration ${path} (${systemErrorCode(cause)})`,
      hint: 'see that --data is right; `repocast origin init` and `repocast agent init` make one, `repocast config sample` prints one',
      cause,
    })
  }
  return parseConfiguration(schema, text, path, environment, check)
}

/**
 * The same for a text; `path` is for messages.
 * @throws RepocastError REPOCAST_CONFIGURATION_WRONG
 */
export function parseConfiguration<S extends TObject>(
  schema: S,
  text: string,
  path: string,
  environment: Readonly<Record<string, string | undefined>> = {},
  check?: FurtherCheck<S>,
): Static<S> {
  if (text.length > maxBytes) throw wrong(placeOf(path), 'it is larger than 1 MiB')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [syntax] = document.errors
  if (syntax) throw wrong(placeOf(path, lines.linePos(syntax.pos[0]).line), syntax.message)
  for (const [key, value] of overrides(schema, environment)) document.set(key, value)
  const value = withDefaults(schema, document.toJS({ maxAliasCount: 100 }) ?? {})
  const place = (keys: readonly string[]): string => placeOf(path, lineOf(document, lines, keys))
  if (!Check(schema, value)) throw explain(schema, value, place)
  check?.(value, (keys, message, hint) => wrong(place(keys), `\`${keys.join('.')}\` ${message}`, hint))
  return value
}

/**
 * Settings that come from elsewhere than a file, such as the options of a command, checked as those in a file are.
 * `where` is for messages.
 * @throws RepocastError REPOCAST_CONFIGURATION_WRONG
 */
export function checkSettings<S extends TObject>(schema: S, settings: object, where: string): Static<S> {
  const value = withDefaults(schema, settings)
  if (Check(schema, value)) return value
  throw explain(schema, value, () => placeOf(where))
}

/** `REPOCAST_PEER_PORT=6881` overrides the top-level key `peer-port`. */
function overrides(schema: TObject, environment: Readonly<Record<string, string | undefined>>): [string, unknown][] {
  return Object.keys(schema.properties).flatMap(key => {
    const text = environment[`REPOCAST_${key.toUpperCase().replaceAll('-', '_')}`]
    if (text === undefined) return []
    return [[key, parseDocument(text).toJS()] as [string, unknown]]
  })
}

type SchemaNode = {
  readonly default?: unknown
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  /** Of an object whose keys are names that people choose. */
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
}

/** Defaults of the schema where the file is silent, also inside of objects and lists. */
function withDefaults(schema: SchemaNode, value: unknown): unknown {
  if (value === undefined || value === null) value = structuredClone(schema.default) ?? (schema.properties ? {} : value)
  if (Array.isArray(value)) return schema.items ? value.map(item => withDefaults(schema.items ?? {}, item)) : value
  if (!schema.properties || typeof value !== 'object' || value === null) return value
  const filled: Record<string, unknown> = { ...value }
  for (const [key, child] of Object.entries(schema.properties)) {
    const result = withDefaults(child, filled[key])
    if (result !== undefined) filled[key] = result
  }
  return filled
}

/** `place` is where a key stands, as the beginning of a message. */
function explain(schema: TObject, value: unknown, place: (keys: readonly string[]) => string): RepocastError {
  const problems = Errors(schema, value).filter(({ keyword }) => keyword !== 'boolean')
  const [problem] = problems
  const keys = (problem?.instancePath ?? '').split('/').slice(1)
  if (problem?.keyword === 'additionalProperties') {
    const unknown = (problem.params as { additionalProperties: string[] }).additionalProperties[0] ?? ''
    const known = nearest(unknown, Object.keys(schemaAt(schema, keys)?.properties ?? {}))
    const hint = known === undefined ? undefined : `did you mean \`${known}\`?`
    return wrong(place([...keys, unknown]), `there is no key \`${[...keys, unknown].join('.')}\``, hint)
  }
  const what = keys.length === 0 ? 'the file' : `\`${keys.join('.')}\``
  const node = schemaAt(schema, keys)
  const found = keys.reduce<unknown>((inside, key) => (isKeyed(inside) ? inside[key] : undefined), value)
  const must = problem?.keyword === 'pattern' ? `cannot be ${JSON.stringify(found)}` : (problem?.message ?? 'is wrong')
  return wrong(place(keys), `${what} ${must}`, explanation(node))
}

function isKeyed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** What the sample tells of a key, and a good value. */
function explanation({ description, examples = [], default: usual }: SchemaNode = {}): string | undefined {
  const example = examples[0] ?? usual
  const such = typeof example === 'string' || typeof example === 'number' ? `For example: ${example}` : undefined
  return [description, such].filter(text => text !== undefined).join(' ') || undefined
}

function schemaAt(schema: SchemaNode, keys: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = schema
  for (const key of keys) node = childOf(node, key)
  return node
}

function childOf(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  return node?.properties?.[key] ?? Object.values(node?.patternProperties ?? {})[0] ?? node?.items
}

function lineOf(document: Document, lines: LineCounter, keys: readonly string[]): number | undefined {
  for (let length = keys.length; length > 0; length -= 1) {
    const path = keys.slice(0, length).map(key => (/^\d+$/.test(key) ? Number(key) : key))
    const node = document.getIn(path, true)
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return lines.linePos(node.range[0]).line
    }
  }
  return undefined
}

function placeOf(path: string, line?: number): string {
  return `${path}${line === undefined ? '' : `:${line}`}: `
}

function wrong(place: string, what: string, hint?: string): RepocastError {
  return new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
    message: `${place}${what}`,
    hint: hint ?? 'the comments of `repocast config sample origin|agent|tracker` explain each key',
  })
}
