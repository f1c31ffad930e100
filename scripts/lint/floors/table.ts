/** What one package may import, as its row in docs/architecture.md says. */
export interface PackageRule {
  readonly name: string
  /** Undefined for a package that stands beside the floors. */
  readonly floor: number | undefined
  /** Packages of ours that it may import. */
  readonly packages: ReadonlySet<string>
  /** Packages of ours of which it may import only types. */
  readonly typesOnly: ReadonlySet<string>
  /** Libraries that it may import; no other package may, unless its own row names them too. */
  readonly libraries: ReadonlySet<string>
}

export type FloorsTable = ReadonlyMap<string, PackageRule>

const section = '## Packages and who may import whom'
const columns = ['package', 'duty', 'may import', 'its libraries']

/**
 * The picture and the table of the section "Packages and who may import whom".
 * @throws Error that says what of the page cannot be read: a check that understands nothing must not pass
 */
export function parseFloorsTable(page: string): FloorsTable {
  const [, after] = page.split(`${section}\n`)
  if (after === undefined) throw new Error(`there is no section "${section}"`)
  const lines = (after.split(/^## /m)[0] ?? '').split('\n')
  const floors = parsePicture(lines)
  const rows = parseRows(lines)
  for (const name of floors.keys()) {
    if (!rows.some(row => row.name === name)) throw new Error(`\`${name}\` is in the picture but has no row`)
  }
  const table = new Map<string, PackageRule>()
  for (const { name, mayImport, libraries } of rows) {
    if (table.has(name)) throw new Error(`\`${name}\` has two rows`)
    table.set(name, { name, floor: floors.get(name), ...parseMayImport(name, mayImport, floors), libraries })
  }
  for (const rule of table.values()) refuseUpward(rule, table)
  return table
}

/** Lines such as `floor 1     packs   files`. */
function parsePicture(lines: readonly string[]): Map<string, number> {
  const floors = new Map<string, number>()
  for (const line of lines) {
    const [, floor, names = ''] = /^\s+floor (\d+)\s+(.*)$/.exec(line) ?? []
    if (floor !== undefined) for (const name of names.trim().split(/\s+/)) floors.set(name, Number(floor))
  }
  if (floors.size === 0) throw new Error('there is no picture of the floors')
  return floors
}

interface Row {
  readonly name: string
  readonly mayImport: string
  readonly libraries: ReadonlySet<string>
}

function parseRows(lines: readonly string[]): Row[] {
  const [head, , ...rows] = lines.filter(line => line.startsWith('|')).map(cells)
  if (head?.join() !== columns.join()) throw new Error(`there is no table with the columns ${columns.join(', ')}`)
  return rows.map(row => {
    const [name, , mayImport, libraries] = row
    const bare = /^`([a-z]+)`$/.exec(name ?? '')?.[1]
    if (bare === undefined || mayImport === undefined || libraries === undefined || row.length !== columns.length)
      throw new Error(`cannot read the row | ${row.join(' | ')} |`)
    return { name: bare, mayImport, libraries: new Set(listed(libraries)) }
  })
}

function cells(line: string): string[] {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map(cell => cell.trim())
}

function listed(cell: string): string[] {
  return cell === '-' ? [] : cell.split(',').map(item => item.trim())
}

/** `errors, objects`, `api (types)`, `floors 0 to 3`, `floors 0 to 3 except tracker`, or `-`. */
function parseMayImport(
  name: string,
  cell: string,
  floors: ReadonlyMap<string, number>,
): Pick<PackageRule, 'packages' | 'typesOnly'> {
  const packages = new Set<string>()
  const typesOnly = new Set<string>()
  for (const item of listed(cell)) {
    const [, from, to, except] = /^floors (\d+) to (\d+)(?: except ([a-z]+))?$/.exec(item) ?? []
    const [, types] = /^([a-z]+) \(types\)$/.exec(item) ?? []
    if (from !== undefined) {
      for (const [other, floor] of floors)
        if (floor >= Number(from) && floor <= Number(to) && other !== except) packages.add(other)
    } else if (types !== undefined) typesOnly.add(types)
    else packages.add(item)
  }
  for (const other of [...packages, ...typesOnly]) {
    if (!floors.has(other)) throw new Error(`the row of \`${name}\` names \`${other}\`, which is on no floor`)
  }
  return { packages, typesOnly }
}

/** Imports go down, or along a floor where nobody looks back: so no circle of packages can arise. */
function refuseUpward({ name, floor, packages }: PackageRule, table: FloorsTable): void {
  if (floor === undefined) return
  for (const other of packages) {
    const below = table.get(other)
    if (below?.floor === undefined || below.floor < floor) continue
    const problem = `the row of \`${name}\` (floor ${floor}) names \`${other}\` (floor ${below.floor})`
    if (below.floor > floor) throw new Error(`${problem}: imports go down`)
    if (reaches(below, name, table)) throw new Error(`${problem}, which imports it back`)
  }
}

/** Whether imports lead from a package to `target`. Those that go up are refused elsewhere. */
function reaches(from: PackageRule, target: string, table: FloorsTable, seen = new Set<string>()): boolean {
  if (from.name === target) return true
  if (seen.has(from.name)) return false
  seen.add(from.name)
  return [...from.packages].some(name => {
    const next = table.get(name)
    return next !== undefined && reaches(next, target, table, seen)
  })
}
