import { type Filter, type LeftOutReason, whyNotArchitecture } from './filter.ts'
import { Patterns } from './patterns.ts'

/** What a file below the directory of a suite is about. */
export interface SuiteFile {
  /** Undefined where it is about all. */
  readonly component: string | undefined
  readonly architecture: string | undefined
}

const ofArchitecture = /^(?:(.+?)\/)?(?:debian-installer\/)?(?:(?:binary|installer)-([^/]+)|(source))\//
const ofComponent = /^(.+?)\/(?:i18n|dep11|cnf|by-hash)\//
const contents = /^(?:(.+)\/)?Contents-(?:udeb-)?([^/.]+)(?:\.[a-z0-9]+)?(?:\/|$)/
const named = /(?:^|\/)(?:Components|Commands)-([^/.]+)(?:\.[a-z]+)*$/

/** What the path of a file in a suite tells. `components` are those that other paths have told of. Pure. */
export function aboutOf(path: string, components: ReadonlySet<string>): SuiteFile {
  const binary = ofArchitecture.exec(path)
  if (binary) return { component: binary[1], architecture: binary[2] ?? binary[3] }
  const list = contents.exec(path)
  if (list) return { component: list[1], architecture: list[2] }
  const [, architecture] = named.exec(path) ?? []
  const [, component = knownStart(path, components)] = ofComponent.exec(path) ?? []
  return { component, architecture }
}

function knownStart(path: string, components: ReadonlySet<string>): string | undefined {
  const [first = ''] = path.split('/', 1)
  return path.includes('/') && components.has(first) ? first : undefined
}

/** Why a file in a suite is left out for what it is about. Pure. */
export function whyNotSuiteFile(filter: Filter, { component, architecture }: SuiteFile): LeftOutReason | undefined {
  if (component !== undefined && !isComponent(filter, component)) return 'component'
  return architecture === undefined ? undefined : whyNotArchitecture(filter, architecture)
}

/** A Release in `dists/stable/updates` may call `updates/main` what lies in `main`, and the other way round. */
function isComponent({ components }: Filter, component: string): boolean {
  if (components === undefined) return true
  return components.includes(component) || components.includes(component.replace(/^.*\//, ''))
}

/** Why a suite is left out as a whole. `names` are those of its directory below `dists/`, and of links to it. Pure. */
export function whyNotSuite({ suites, debug }: Filter, names: readonly string[]): LeftOutReason | undefined {
  const patterns = suites && new Patterns(suites.map(suite => `/${suite}`))
  if (patterns !== undefined && !names.some(name => patterns.match(name))) return 'suite'
  return !debug && names.some(name => /-debug(?:\/|$)/.test(name)) ? 'debug' : undefined
}
