import { isBuiltin } from 'node:module'
import type { Import } from './imports.ts'
import { importCircles, targetOf, testSide } from './inside.ts'
import type { FloorsTable, PackageRule } from './table.ts'
import type { SourceFile, WorkspacePackage } from './workspace.ts'

/** One breach of the table, for people. */
export interface Offence {
  /** `packages/store/src/catalog.ts:12`. */
  readonly place: string
  readonly message: string
}

const scope = '@repocast/'
const testLibraries: ReadonlySet<string> = new Set(['vitest', 'fast-check'])

/** Everything in the packages that the table does not allow. */
export function findOffences(table: FloorsTable, packages: readonly WorkspacePackage[]): Offence[] {
  return packages.flatMap(one => {
    const rule = table.get(one.name)
    if (!rule) return [{ place: `packages/${one.name}`, message: 'this package has no row in the table' }]
    return [...manifestOffences(rule, one), ...referenceOffences(one), ...sourceOffences(rule, one)]
  })
}

function manifestOffences(rule: PackageRule, { name, publishedName, dependencies }: WorkspacePackage): Offence[] {
  const place = `packages/${name}/package.json`
  const offences: Offence[] = []
  if (publishedName !== scope + name)
    offences.push({ place, message: `its name is ${publishedName}, not ${scope}${name}` })
  for (const dependency of dependencies) {
    const reason = refusal(rule, dependency)
    if (reason !== undefined) offences.push({ place, message: `declares ${dependency}: ${reason}` })
  }
  return offences
}

/** References let the compiler see a package: they have to be the declared ones. */
function referenceOffences({ name, dependencies, devDependencies, references }: WorkspacePackage): Offence[] {
  const place = `packages/${name}/tsconfig.json`
  const declared = [...dependencies, ...devDependencies].filter(dependency => dependency.startsWith(scope))
  const wanted = new Set(declared.map(dependency => `../${dependency.slice(scope.length)}`))
  return [
    ...references
      .filter(path => !wanted.has(path))
      .map(path => ({ place, message: `refers to ${path}, which package.json does not declare` })),
    ...[...wanted]
      .filter(path => !references.includes(path))
      .map(path => ({ place, message: `does not refer to ${path}, which package.json declares` })),
  ]
}

function sourceOffences(rule: PackageRule, one: WorkspacePackage): Offence[] {
  const tests = testSide(one.files)
  const folder = `packages/${one.name}/src/`
  const inFiles = one.files.flatMap(file =>
    file.imports.flatMap(imported => {
      const reason = importRefusal(rule, one, file, imported, tests.has(file.path))
      const place = `${folder}${file.path}:${imported.line}`
      return reason === undefined ? [] : [{ place, message: `imports ${imported.from}: ${reason}` }]
    }),
  )
  const circles = importCircles(one.files).map(circle => ({
    place: folder + circle[0],
    message: `imports itself: ${[...circle, circle[0]].join(' -> ')}`,
  }))
  return [...inFiles, ...circles]
}

function importRefusal(
  rule: PackageRule,
  one: WorkspacePackage,
  file: SourceFile,
  { from, typesOnly }: Import,
  isTest: boolean,
): string | undefined {
  if (from.startsWith('.'))
    return targetOf(file, from) === undefined ? `it lies outside of packages/${one.name}/src` : undefined
  if (isBuiltin(from)) return undefined
  const library = packageOf(from)
  // Tests run from the top, whose package.json declares what they are made with.
  if (testLibraries.has(library)) return isTest ? undefined : 'only tests may'
  const entry = from.slice(library.length)
  if (library.startsWith(scope) && entry !== '' && entry !== '/testing')
    return 'only the entries . and ./testing are public'
  if (library.startsWith(scope) && entry === '/testing' && !isTest) return 'only tests may import a testing entry'
  const declared = one.dependencies.includes(library) || (isTest && one.devDependencies.includes(library))
  return refusal(rule, library, typesOnly) ?? (declared ? undefined : 'package.json does not declare it')
}

/** Why the row does not allow it. A declaration alone may be for types. */
function refusal(rule: PackageRule, library: string, typesOnly = true): string | undefined {
  if (!library.startsWith(scope))
    return rule.libraries.has(library) ? undefined : `the row of ${rule.name} does not name this library`
  const name = library.slice(scope.length)
  if (rule.packages.has(name)) return undefined
  if (rule.typesOnly.has(name)) return typesOnly ? undefined : `${rule.name} may import only types of it`
  return `the row of ${rule.name} does not name ${name}`
}

/** `typebox` of `typebox/value`, `@tufjs/models` of `@tufjs/models/dist/x.js`. */
function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
}
