/** API Gateway's own id of a request; anything that does not look like one is neither written down nor sent back. */
export function requestIdOf(event: unknown): string | null {
  const id = (event as { requestContext?: { requestId?: unknown } } | null)?.requestContext?.requestId;
  return typeof id === "string" && /^[A-Za-z0-9=_-]{1,64}$/.test(id) ? id : null;
}
