/** One import, re-export or `import()` of a file. */
export interface Import {
  /** As written: `./file.ts`, `@repocast/objects`, `node:fs`, `yaml`. */
  readonly from: string
  readonly line: number
  /** Whether nothing of it is left when the program runs. */
  readonly typesOnly: boolean
}

// Between the keyword and `from` stand only names, so that no other statement that begins alike is taken for one.
const statement = /^(?:import|export)\s+(type\s+)?([\w$*{},\s]*?)\s*from\s*['"]([^'"\n]+)['"]/gm
const sideEffect = /^import\s*['"]([^'"\n]+)['"]/gm
const call = /(?<![\w.#$])(?:import|require)\(\s*['"]([^'"\n]+)['"]\s*\)/g

/** The imports of a TypeScript source, formatted as biome does: statements begin their line. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source)
  const found: Import[] = []
  const add = (from: string | undefined, index: number, typesOnly: boolean): void => {
    if (from !== undefined) found.push({ from, line: code.slice(0, index).split('\n').length, typesOnly })
  }
  for (const { 1: type, 2: names = '', 3: from, index } of code.matchAll(statement))
    add(from, index, type !== undefined || onlyTypes(names))
  for (const { 1: from, index } of code.matchAll(sideEffect)) add(from, index, false)
  for (const { 1: from, index } of code.matchAll(call)) add(from, index, false)
  return found.sort((a, b) => a.line - b.line)
}

/** `{ type A, type B }`. */
function onlyTypes(names: string): boolean {
  const [, inner] = /^\{([^}]*)\}$/.exec(names.trim()) ?? []
  const all = (inner ?? '').split(',').filter(name => name.trim() !== '')
  return all.length > 0 && all.every(name => /^\s*type\s/.test(name))
}

/** Lines that are comments become empty; the others keep their numbers. */
function withoutComments(source: string): string {
  return source
    .replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, comment => comment.replace(/[^\n]/g, ''))
    .replace(/^[ \t]*\/\/.*$/gm, '')
}
