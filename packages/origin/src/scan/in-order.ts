/** Results that wait for one before them, at most: one huge file must not gather a million small ones behind it. */
const longestWindow = 4096

/**
 * Maps `items` with up to `width` results under way at once, and yields the results in the order of the
 * items. Items whose result is there at once cost no promise. The first failure ends it; results still under
 * way are waited for, so that nothing runs on behind the caller's back.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  map: (item: T) => R | Promise<R>,
): AsyncGenerator<R> {
  const window: (R | Promise<R>)[] = []
  let underWay = 0
  try {
    for await (const item of items) {
      const result = map(item)
      if (result instanceof Promise) {
        underWay += 1
        result.catch(() => {}) // It is awaited in its turn; until then a failure is not an unhandled one.
      }
      window.push(result)
      while (
        window.length > 0 &&
        (underWay >= width || window.length >= longestWindow || !(window[0] instanceof Promise))
      ) {
        const head = window.shift() as R | Promise<R>
        if (head instanceof Promise) underWay -= 1
        yield await head
      }
    }
    for (let head = window.shift(); head !== undefined; head = window.shift()) yield await head
  } finally {
    await Promise.allSettled(window)
  }
}
