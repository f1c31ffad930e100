import type { TObject } from 'typebox'
import { stringify } from 'yaml'

interface Node {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly examples?: readonly unknown[]
}

/**
 * A commented configuration file: every key of the schema with its description. A key with a default stands with it;
 * one without stands as a comment with an example, unless `values` has it. What they say goes before defaults, in
 * sections too.
 */
export function sampleConfiguration(
  schema: TObject,
  title: string,
  values: Readonly<Record<string, unknown>> = {},
): string {
  const blocks = Object.entries(schema.properties as Readonly<Record<string, Node>>).map(([key, node]) =>
    block(key, node, values[key], ''),
  )
  return `${comment(title, '')}\n${blocks.join('\n')}`
}

function block(key: string, node: Node, value: unknown, indent: string): string {
  const head = node.description === undefined ? '' : comment(node.description, indent)
  if (node.properties) {
    const values = new Map<string, unknown>(Object.entries(Object(value)))
    const children = Object.entries(node.properties).map(([name, child]) =>
      block(name, child, values.get(name), `${indent}  `),
    )
    return `${head}${indent}${key}:\n${children.join('\n')}`
  }
  const shown = value ?? node.default
  const [example] = node.examples ?? []
  // an empty list or map does not tell what belongs into it
  const comments = isEmpty(shown) && example !== undefined ? line(key, example, `${indent}# `) : ''
  if (shown !== undefined) return `${head}${comments}${line(key, shown, indent)}`
  return `${head}${line(key, example ?? null, `${indent}# `)}`
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function line(key: string, value: unknown, indent: string): string {
  return stringify({ [key]: value }, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map(text => `${indent}${text}\n`)
    .join('')
}

function comment(text: string, indent: string): string {
  const width = 100 - indent.length
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map(one => `${indent}# ${one}\n`).join('')
}
