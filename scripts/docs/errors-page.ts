import { exitCodes } from '@repocast/cli/dist/output/exit-codes.js'
import { type ErrorKind, errorCodes } from '@repocast/errors'

/** What a kind means for those who meet it. A new kind does not compile until it stands here. */
const kinds: Readonly<Record<ErrorKind, string>> = {
  usage: 'The command line or a request is wrong.',
  configuration: 'A configuration file or a link is wrong.',
  input: 'What is to be published or served is not acceptable.',
  integrity: 'Bytes, signatures or metadata are not what they must be.',
  network: 'Something out there does not answer as it should.',
  disk: 'The filesystem refuses.',
  conflict: 'Somebody else holds it, or it exists already.',
  missing: 'It is not there.',
  internal: 'A mistake of repocast.',
}

/** The exit code of a command that ends by an error of a kind. */
export function exitCodeOfKind(kind: ErrorKind): number {
  return kind === 'internal' ? exitCodes.unexpected : exitCodes[kind]
}

/** `docs/errors.md`, whole. */
export function errorsPage(): string {
  const kindRows = Object.entries(kinds).map(([kind, meaning]) => [
    kind,
    String(exitCodeOfKind(kind as ErrorKind)),
    meaning,
  ])
  const codeRows = Object.entries(errorCodes).map(([code, { kind, meaning }]) => [`\`${code}\``, kind, meaning])
  return `# Error codes

Every error has a code that never changes its meaning. A command prints \`error:\` what happened, \`hint:\` what to do, and
\`code:\`; with \`--json\` one line \`{"error":{"code","message","hint"}}\` on standard error. HTTP answers have the same form.

This page is made from \`packages/errors/src/codes.ts\` by \`node scripts/docs/errors.ts --write\`; a test keeps both equal.

## Kinds

Every code is of one kind, and the kind chooses the exit code. Besides, 0 says that all is done, 1 also stands for errors
without a code, and 130 says that the command was interrupted.

${table(['kind', 'exit code', 'meaning'], kindRows)}
## Codes

${table(['code', 'kind', 'meaning'], codeRows)}`
}

/** Columns are as wide as their widest cell, as biome formats tables. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map(cells => cells.map(cell => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...all.map(cells => cells[column]?.length ?? 0)))
  const rule = widths.map(width => '-'.repeat(width))
  return [...all.slice(0, 1), rule, ...all.slice(1)]
    .map(cells => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('')
}
