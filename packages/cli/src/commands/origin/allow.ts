/** What may be told not to stop a check or a publish. */
export const allowOptions = {
  allow: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Codes of errors that are meant to be, separated by commas',
  },
  'allow-shrink': {
    type: 'boolean',
    describe: 'However much of the last snapshot is gone; the same as --allow TREE_SHRUNK',
  },
} as const

/** The codes that the options name. */
export function allowedBy(args: {
  readonly allow?: readonly string[] | undefined
  readonly 'allow-shrink'?: boolean | undefined
}): string[] {
  const codes = (args.allow ?? []).flatMap(list => list.split(',')).filter(code => code !== '')
  return args['allow-shrink'] ? [...codes, 'TREE_SHRUNK'] : codes
}
