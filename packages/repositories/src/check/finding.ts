/** How bad a finding is: an error stops a publish, a warning is told, a note is for the curious. */
export type Severity = 'error' | 'warning' | 'note'

/** A rule that trees are held against. */
export interface Rule {
  readonly severity: Severity
  /** What has to be true, as one sentence. */
  readonly rule: string
  /** Where the rule comes from: a section of a specification, a page of a manual, or what clients do. */
  readonly source: string
  /** What to do when it is broken. */
  readonly hint: string
}

/** One place in a tree where a rule is broken. */
export interface Finding<Code extends string = string> {
  readonly code: Code
  readonly severity: Severity
  /** Repository path of the file that is wrong, missing, or says what is not so; `''` is the top of the tree. */
  readonly path: string
  /** What was expected and what is there, as one sentence that names the other files that take part. */
  readonly message: string
}
