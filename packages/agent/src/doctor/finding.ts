/** What the doctor has looked at, and what it found. */
export interface Diagnosis {
  /** What was looked at, for example `clock` or `debian: feed`. */
  readonly what: string
  /** `worse`: it works, but not as well as it could. `broken`: something does not work. */
  readonly state: 'fine' | 'worse' | 'broken'
  readonly message: string
  /** How it is mended. */
  readonly mend?: string | undefined
}

export function fine(what: string, message: string): Diagnosis {
  return { what, state: 'fine', message }
}

export function worse(what: string, message: string, mend: string): Diagnosis {
  return { what, state: 'worse', message, mend }
}

export function broken(what: string, message: string, mend: string | undefined): Diagnosis {
  return { what, state: 'broken', message, mend }
}
