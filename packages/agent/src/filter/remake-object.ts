import { isRepocastError } from '@repocast/errors'
import type { ObjectId } from '@repocast/objects'
import type { Store } from '@repocast/store'
import { remakeSelection } from './make-selection.ts'

/**
 * Makes a lost tree of a selection anew, and what else is lost of that. While something that it is made of is lost, too,
 * it is not made yet.
 * @returns whether a selection that is kept has the object  @throws REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
 */
export async function remakeObject(store: Store, id: ObjectId): Promise<boolean> {
  const selections = store.selections.withObject(id)
  let isNeeded = false
  for (const selection of selections) {
    try {
      isNeeded = (await remakeSelection(store, selection, new AbortController().signal)) || isNeeded
    } catch (error) {
      if (!isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN')) throw error
      isNeeded = true
    }
  }
  return isNeeded
}
