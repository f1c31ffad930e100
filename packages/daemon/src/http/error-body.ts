/** The one form in which our HTTP servers tell an error. */
export function errorBody(code: string, message: string, hint: string | undefined): object {
  return { error: { code, message, ...(hint !== undefined && { hint }) } }
}
