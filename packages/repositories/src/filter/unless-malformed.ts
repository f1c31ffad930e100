import { Malformed } from '../metadata/malformed.ts'

/** What `act` gives. Metadata that cannot be read is only told: the check of the snapshot judges it. */
export async function unlessMalformed<T>(act: () => Promise<T>, onMalformed: () => void): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    onMalformed()
    return undefined
  }
}
