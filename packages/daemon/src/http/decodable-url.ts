/**
 * A URL whose escapes can be decoded as UTF-8: runs that cannot stand for themselves, so that a router finds nothing
 * under them, rather than no answer at all. Fastify keeps the URL of the client as `originalUrl`. Pure.
 */
export function decodableUrl(url: string): string {
  return url.replace(/(?:%[0-9a-fA-F]{2})+|%/g, run => {
    try {
      decodeURIComponent(run)
      return run
    } catch {
      return run.replaceAll('%', '%25')
    }
  })
}
