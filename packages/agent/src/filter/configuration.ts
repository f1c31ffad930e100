import { canonicalJson } from '@repocast/objects'
import type { Filter } from '@repocast/repositories'
import Type, { type Static } from 'typebox'

const most = { items: 1000, characters: 1000 }

/** A list of words: none may be empty, and none is no list. */
function words(itemPattern: string, description: string) {
  return Type.Optional(
    Type.Array(Type.String({ pattern: itemPattern, maxLength: most.characters }), {
      minItems: 1,
      maxItems: most.items,
      description,
    }),
  )
}

/** No path in a repository has `.` or `..` in it, or is empty. */
const pathPattern = '^/?(?!\\.{1,2}(/|$))[^/]+(/(?!\\.{1,2}(/|$))[^/]+)*/?$'

/** `filter` of a repository in `agent.yaml`. */
export const FilterConfiguration = Type.Object(
  {
    include: words(pathPattern, 'Patterns of paths: only files that one matches are mirrored.'),
    exclude: words(pathPattern, 'Patterns of paths that are not mirrored.'),
    suites: words('^[^/\\s]+(/[^/\\s]+)*$', 'Of deb repositories: directories below `dists/`, or patterns of them.'),
    components: words('^[^/\\s]+(/[^/\\s]+)*$', 'Of deb repositories.'),
    architectures: words('^[A-Za-z0-9_-]+$', 'Packages for all architectures are always mirrored.'),
    sources: Type.Optional(Type.Boolean({ description: 'Whether source packages are mirrored. True by default.' })),
    debug: Type.Optional(Type.Boolean({ description: 'Whether debug packages are mirrored. True by default.' })),
    newest: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'So many versions of each package are mirrored.' }),
    ),
  },
  { additionalProperties: false },
)
export type FilterConfiguration = Static<typeof FilterConfiguration>

/** What is to be mirrored; undefined: all. Pure. */
export function filterOf(configuration: FilterConfiguration | undefined): Filter | undefined {
  const { include = [], exclude = [], sources = true, debug = true, ...more } = configuration ?? {}
  const filter: Filter = { include, exclude, sources, debug, ...more }
  return textOf(filter) === textOf(all) ? undefined : filter
}

const all: Filter = { include: [], exclude: [], sources: true, debug: true }

/** The one text for a filter. Pure. */
export function textOf({
  include,
  exclude,
  suites,
  components,
  architectures,
  sources,
  debug,
  newest,
}: Filter): string {
  return canonicalJson({
    ...{ include: sorted(include), exclude: sorted(exclude), sources, debug },
    ...(suites && { suites: sorted(suites) }),
    ...(components && { components: sorted(components) }),
    ...(architectures && { architectures: sorted(architectures) }),
    ...(newest !== undefined && { newest }),
  })
}

function sorted(words: readonly string[]): string[] {
  return [...new Set(words)].sort()
}

/** The inverse of `textOf`. */
export function parseFilter(text: string): Filter {
  return JSON.parse(text) as Filter // we wrote it
}
